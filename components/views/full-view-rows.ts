import { never } from "../../src/core/never.ts";
import { oneLine, plural } from "../../src/core/text.ts";
import type { Loaded } from "../screen/loaded.ts";
import type { View } from "../screen/screen-state.ts";
import { type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { detailsBody, toolGroups } from "./details-view.ts";
import type { FullView, RunViewKind } from "./full-view.ts";
import { runBody, runFacts, runTitle } from "./run-view.ts";
import { runsBody, runsShown } from "./runs-view.ts";
import { type SeenRun, seenRun } from "./seen-run.ts";
import { bodySize, follow, scrolled, viewFrame } from "./view-frame.ts";
import { verdict, votesBody } from "./votes-view.ts";

/** What a view shows. The body is whole, and scrolled to `top`. */
type Parts = {
  readonly title: string;
  readonly right?: Row;
  readonly body: readonly Row[];
  readonly top: number;
  readonly keys: readonly string[];
};

/** The open view as the rows of the whole window. */
export function fullViewRows(view: View, shown: FullView): readonly Row[] {
  const { title, right = [], body, top, keys } = viewParts(view, shown);
  const part = scrolled(body, top, bodySize(view).height);
  const waits = view.screen.approval ? [span("a question waits", "warn"), span("  ")] : [];
  const place = part.place === "" ? [] : [span(`${right.length === 0 ? "" : " · "}${part.place}`, "dim")];
  return viewFrame(
    { title, right: [...waits, ...right, ...place], body: part.body, keys, notice: view.screen.notice },
    view,
  );
}

/** How far the body of the open view can be scrolled. */
export function lastTop(view: View, shown: FullView): number {
  return Math.max(0, viewParts(view, shown).body.length - bodySize(view).height);
}

function viewParts(view: View, shown: FullView): Parts {
  const { width, height } = bodySize(view);
  switch (shown.kind) {
    case "run":
      return ofRun(view, shown, (run) => ({
        right: runFacts(run, view.now),
        body: runBody(view, shown, run, width, height),
        keys: ["tab agent", "↑ ↓ scroll", shown.zoom ? "enter side by side" : "enter zoom"],
      }));
    case "votes":
      return ofRun(view, shown, (run) => ({
        right: row(span(verdict(run), "dim")),
        body: votesBody(run, width),
        keys: ["↑ ↓ scroll"],
      }));
    case "runs":
      return {
        title: "Runs of this project",
        body: loaded(view.screen.fetched.runs, (past) => runsBody(view, past, shown.picked, width)),
        top: follow(shown.picked, runsShown(view).length, height),
        keys: ["↑ ↓ pick", "enter open", "v votes", "g go on or again", "esc back"],
      };
    case "details": {
      const groups = toolGroups(view.chat);
      const at = groups.length - 1 - shown.back;
      const calls = groups[at];
      return {
        title: calls ? `Tool calls · ${at + 1} of ${groups.length}` : "Tool calls",
        right: row(span(calls ? plural(calls.length, "call") : "", "dim")),
        body: calls ? detailsBody(calls, width) : [row(span("The lead has used no tools yet.", "dim"))],
        top: shown.top,
        keys: ["↑ ↓ scroll", "← → earlier, later", "esc back"],
      };
    }
    default:
      return never(shown);
  }
}

const RUN_VIEWS: Readonly<Record<RunViewKind, string>> = { run: "r run", votes: "v votes" };

/** The views of one run lead to each other. */
function ofRun(
  view: View,
  shown: Extract<FullView, { kind: RunViewKind; runId: string }>,
  draw: (run: SeenRun) => Pick<Parts, "body" | "keys" | "right">,
): Parts {
  const seen = seenRun(view, shown.runId);
  const others = Object.entries(RUN_VIEWS).flatMap(([kind, key]) => (kind === shown.kind ? [] : [key]));
  const top = "top" in shown ? shown.top : 0;
  if (seen.is !== "there") return { title: "Run", body: notThere(seen), top, keys: ["esc back"] };
  const drawn = draw(seen.run);
  const live = seen.run.live && seen.run.state.phase.kind === "coordinating" ? ["a answer now"] : [];
  const name = shown.kind === "run" ? "" : ` · ${shown.kind}`;
  return {
    ...drawn,
    title: `${runTitle(seen.run)}${name}`,
    top,
    keys: [...drawn.keys, ...others, ...live, "esc back"],
  };
}

function loaded<Value>(
  value: Loaded<readonly Value[]> | undefined,
  draw: (value: readonly Value[]) => readonly Row[],
): readonly Row[] {
  if (value?.is !== "there") return notThere(value ?? { is: "loading" });
  return value.value.length === 0 ? [row(span("None yet.", "dim"))] : draw(value.value);
}

function notThere(
  value: { readonly is: "loading" } | { readonly is: "failed"; readonly text: string },
): readonly Row[] {
  return value.is === "loading"
    ? [row(span("reading …", "dim"))]
    : [row(span("✖ ", "failed"), safe(oneLine(value.text)))];
}
