import { slashCommands } from "../../src/core/chat/slash.ts";
import { never } from "../../src/core/never.ts";
import { clip, oneLine } from "../../src/core/text.ts";
import { arrows, hints, type Keymap, viewKeyOf } from "../keymap.ts";
import { type KeyName, keys, viewKeys } from "../keys.ts";
import { modelName } from "../run/names.ts";
import type { Loaded } from "../screen/loaded.ts";
import type { Overlay, View } from "../screen/screen-state.ts";
import { type Row, row, span } from "../text/rows.ts";
import { cells, safe } from "../text/width.ts";
import { pageRows } from "./page-rows.ts";
import { rewindRows, sessionRows, whatRows } from "./picker-rows.ts";

/** Everything that a view has to show, before it is scrolled and cut to the room there is. */
export function overlayRows(view: View, overlay: Overlay): readonly Row[] {
  const width = Math.max(1, view.columns - 4);
  switch (overlay.kind) {
    case "help":
      return [...helpRows(), [], ...shortcutRows(view)];
    case "shortcuts":
      return shortcutRows(view);
    case "team":
      return view.info.agents.map((agent) => row(span(safe(agent.id), { bold: true }), `  ${safe(modelName(agent))}`));
    case "page":
      return loaded(overlay.content, (page) => pageRows(page, width));
    case "resume":
      return loaded(
        overlay.sessions,
        (sessions) => sessionRows(sessions, overlay, view.now, width),
        overlay.query === "" ? undefined : `Nothing was found for “${safe(oneLine(overlay.query))}”.`,
      );
    case "rewind":
      return rewindRows(view, overlay.picked, width);
    case "rewind_what":
      return whatRows(overlay, width);
    default:
      return never(overlay);
  }
}

export function overlayTitle(overlay: Overlay, keymap: Keymap): { readonly title: string; readonly keys: string } {
  const scroll = hints(keymap, arrows(keymap, "scroll"), ["stop", "back"]);
  const pick = hints(keymap, arrows(keymap, "pick"), ["send", "goes there"], ["stop", "back"]);
  switch (overlay.kind) {
    case "help":
      return { title: "Commands and keys", keys: scroll };
    case "shortcuts":
      return { title: "Keys", keys: scroll };
    case "team":
      return { title: "Team", keys: scroll };
    case "page":
      return { title: PAGES[overlay.name], keys: scroll };
    case "resume":
      if (overlay.renames !== undefined)
        return { title: "New name of the session", keys: hints(keymap, ["send", "renames"], ["stop", "back"]) };
      return {
        title: sessionsTitle(overlay.query),
        keys: hints(keymap, "type to search", ["send", "opens"], ["renameSession", "renames"], ["stop", "back"]),
      };
    case "rewind":
      return { title: "Go back to before a message", keys: pick };
    case "rewind_what": {
      const said = clip(safe(oneLine(overlay.place.text)), 40);
      return { title: `Go back to before “${said}”`, keys: pick };
    }
    default:
      return never(overlay);
  }
}

const PAGES = { context: "Context", status: "Status", permissions: "Permissions" } as const;

function sessionsTitle(query: string): string {
  return query === "" ? "Sessions" : `Sessions with “${safe(oneLine(query))}”`;
}

function loaded<Value>(
  value: Loaded<readonly Value[]>,
  draw: (value: readonly Value[]) => readonly Row[],
  none = "None yet.",
): readonly Row[] {
  if (value.is === "loading") return [row(span("reading …", "dim"))];
  if (value.is === "failed") return [row(span("✖ ", "failed"), safe(oneLine(value.text)))];
  return value.value.length === 0 ? [row(span(none, "dim"))] : draw(value.value);
}

function helpRows(): readonly Row[] {
  return twoColumns(slashCommands.map(({ name, args, help }) => [`/${name}${args === "" ? "" : ` ${args}`}`, help]));
}

function shortcutRows({ keymap }: View): readonly Row[] {
  const { shown } = keymap;
  if (Object.values(shown).every((key) => key === "")) return [];
  const inViews = Object.keys(viewKeys) as (keyof typeof viewKeys)[];
  return [
    ...twoColumns(Object.entries(keys).map(([name, { help }]) => [shown[name as KeyName], help])),
    [],
    row(span("In a view of the whole window", { bold: true })),
    ...twoColumns(inViews.map((name) => [viewKeyOf(keymap, name), viewKeys[name].help])),
  ];
}

function twoColumns(lines: readonly (readonly [string, string])[]): readonly Row[] {
  const left = Math.max(...lines.map(([name]) => cells(name)));
  return lines.map(([name, help]) => row(span(name + " ".repeat(left - cells(name)), "accent"), span(`  ${help}`)));
}
