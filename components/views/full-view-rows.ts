import { arrows, viewKeyOf } from "../keymap.ts";
import { never } from "../../src/core/never.ts";
import { oneLine, plural } from "../../src/core/text.ts";
import type { Loaded } from "../screen/loaded.ts";
import type { View } from "../screen/screen-state.ts";
import { type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { compareBody, TWO_ANSWERS } from "./compare-view.ts";
import { costRuns, runCost, sessionCost } from "./cost-view.ts";
import { deliverableBody, deliverablesBody } from "./deliverables-view.ts";
import { detailsBody, toolGroups } from "./details-view.ts";
import { type FullView, RUN_VIEWS, type RunViewKind } from "./full-view.ts";
import { inboxBody, waiting } from "./inbox-view.ts";
import { runBody, runFacts, runTitle } from "./run-view.ts";
import { runsBody, runsShown } from "./runs-view.ts";
import { replay, type RunSeen, type SeenRun, seenRun } from "./seen-run.ts";
import { timelineBody } from "./timeline-view.ts";
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
  const waits = view.screen.approval && shown.kind !== "inbox" ? [span("a question waits", "warn"), span("  ")] : [];
  const place = part.place === "" ? [] : [span(`${right.length === 0 ? "" : " · "}${part.place}`, "dim")];
  return viewFrame(
    {
      title,
      right: [...waits, ...right, ...place],
      body: part.body,
      keys: [...keys, keyHint(view, "back", "back").replace(" q ", " ")],
      notice: view.screen.notice,
    },
    view,
  );
}

/** The same for who reads it once, from top to bottom: title and body, whole and without keys. */
export function viewLines(view: View, shown: FullView): { readonly title: string; readonly body: readonly Row[] } {
  const { title, right = [], body } = viewParts(view, shown);
  const facts = right.map(({ text }) => text).join("");
  return { title: facts === "" ? title : `${title}. ${facts}`, body };
}

/** How far the body of the open view can be scrolled. */
export function lastTop(view: View, shown: FullView): number {
  return Math.max(0, viewParts(view, shown).body.length - bodySize(view).height);
}

function viewParts(view: View, shown: FullView): Parts {
  switch (shown.kind) {
    case "run":
    case "votes":
    case "compare":
    case "timeline":
      return runParts(view, shown);
    case "cost":
      return costParts(view, shown);
    case "details":
      return detailsParts(view, shown);
    default:
      return listParts(view, shown);
  }
}

type RunView = Extract<FullView, { kind: RunViewKind }>;

/** The views of one run lead to each other. */
function runParts(view: View, shown: RunView): Parts {
  const seen = seenRun(view, shown.runId);
  const top = "top" in shown ? shown.top : 0;
  if (seen.is !== "there") return { title: "Run", body: notThere(seen), top, keys: [] };
  const drawn = drawRun(view, shown, seen.run);
  const others = RUN_VIEWS.filter((kind) => kind !== shown.kind).map((kind) => `${kind[0]} ${kind}`);
  const live = seen.run.live && seen.run.state.phase.kind === "coordinating" ? ["a answer now"] : [];
  const name = shown.kind === "run" ? "" : ` · ${shown.kind}`;
  return { ...drawn, title: `${runTitle(seen.run)}${name}`, top, keys: [...drawn.keys, ...live, ...others] };
}

function drawRun(view: View, shown: RunView, run: SeenRun): Pick<Parts, "body" | "keys" | "right"> {
  const { width, height } = bodySize(view);
  switch (shown.kind) {
    case "run":
      return {
        right: runFacts(run, view.now),
        body: runBody(view, shown, run, width, height),
        keys: [
          keyHint(view, "next", "agent"),
          arrows(view.keymap, "scroll"),
          keyHint(view, "open", shown.zoom ? "side by side" : "zoom"),
        ],
      };
    case "votes":
      return {
        right: row(span(verdict(run), "dim")),
        body: votesBody(run, width),
        keys: [arrows(view.keymap, "scroll")],
      };
    case "compare":
      return {
        right: row(span(width < TWO_ANSWERS ? "" : "~ changed  + only there", "dim")),
        body: compareBody(run, shown, width),
        keys: [
          "w make it the winner",
          sideways(view, "choose"),
          shown.onlyDifferences ? "d all lines" : "d differences only",
        ],
      };
    case "timeline": {
      const { records } = run;
      const at = Math.min(shown.at ?? Infinity, records?.length ?? 0);
      return {
        right: runFacts(run, view.now),
        body: records ? timelineBody({ replay: replay(records), at }, width, height) : notThere({ is: "loading" }),
        keys: [sideways(view, "event"), "page up, down ten", shown.playing ? "space pause" : "space play"],
      };
    }
    default:
      return never(shown);
  }
}

function costParts(view: View, { runId, top }: Extract<FullView, { kind: "cost" }>): Parts {
  const { width } = bodySize(view);
  const session = sessionCost(view, width);
  const seen = runId === undefined ? undefined : seenRun(view, runId);
  const run = seen === undefined ? [] : [[], ...(seen.is === "there" ? runCost(seen.run, width) : notThere(seen))];
  const keys =
    costRuns(view).length > 1
      ? [sideways(view, "run"), arrows(view.keymap, "scroll")]
      : [arrows(view.keymap, "scroll")];
  return { title: "Cost", body: [...session, ...run], top, keys };
}

function detailsParts(view: View, { back, top }: Extract<FullView, { kind: "details" }>): Parts {
  const groups = toolGroups(view.chat);
  const at = groups.length - 1 - back;
  const calls = groups[at];
  if (!calls)
    return { title: "Tool calls", body: [row(span("The lead has used no tools yet.", "dim"))], top, keys: [] };
  return {
    title: `Tool calls · ${at + 1} of ${groups.length}`,
    right: row(span(plural(calls.length, "call"), "dim")),
    body: detailsBody(calls, bodySize(view).width),
    top,
    keys: [arrows(view.keymap, "scroll"), sideways(view, "earlier, later")],
  };
}

type ListView = Exclude<FullView, { kind: RunViewKind | "cost" | "details" }>;

function listParts(view: View, shown: ListView): Parts {
  const { width, height } = bodySize(view);
  const { fetched } = view.screen;
  switch (shown.kind) {
    case "runs":
      return {
        title: "Runs of this project",
        body: loaded(fetched.runs, (past) => runsBody(view, past, shown.picked, width)),
        top: follow(shown.picked, runsShown(view).length, height),
        keys: [
          arrows(view.keymap, "pick"),
          keyHint(view, "open", "open"),
          "g go on or again",
          "v votes",
          "c compare",
          "t timeline",
        ],
      };
    case "deliverables": {
      const body = loaded(fetched.deliverables, (list) => deliverablesBody(list, shown.picked, view.now, width));
      return {
        title: "Deliverables",
        body,
        top: follow(shown.picked, body.length, height),
        keys: [arrows(view.keymap, "pick"), keyHint(view, "open", "open")],
      };
    }
    case "deliverable": {
      const { name, top } = shown;
      const content = fetched.deliverable?.name === name ? fetched.deliverable.content : undefined;
      const body =
        content?.is === "there" ? deliverableBody(name, content.value, width) : notThere(content ?? { is: "loading" });
      return { title: safe(oneLine(name)), body, top, keys: [arrows(view.keymap, "scroll")] };
    }
    case "inbox": {
      const count = waiting(view).length;
      return {
        title: "Inbox",
        right: row(span(count === 0 ? "" : `${plural(count, "thing waits", "things wait")} for you`, "dim")),
        body: inboxBody(view, shown.picked, width),
        top: follow(shown.picked, count, height),
        keys:
          count === 0
            ? []
            : [
                arrows(view.keymap, "pick"),
                "y y approve",
                "n n decline",
                "a a all of the kind",
                "A A all",
                keyHint(view, "open", "to the chat"),
              ],
      };
    }
    default:
      return never(shown);
  }
}

function loaded<Value>(
  value: Loaded<readonly Value[]> | undefined,
  draw: (value: readonly Value[]) => readonly Row[],
): readonly Row[] {
  if (value?.is !== "there") return notThere(value ?? { is: "loading" });
  return value.value.length === 0 ? [row(span("None yet.", "dim"))] : draw(value.value);
}

function notThere(value: Exclude<RunSeen, { is: "there" }>): readonly Row[] {
  return value.is === "loading"
    ? [row(span("reading …", "dim"))]
    : [row(span("✖ ", "failed"), safe(oneLine(value.text)))];
}

function keyHint({ keymap }: View, name: "back" | "next" | "open", does: string): string {
  return `${viewKeyOf(keymap, name)} ${does}`;
}

function sideways({ keymap }: View, does: string): string {
  return `${viewKeyOf(keymap, "left")} ${viewKeyOf(keymap, "right")} ${does}`;
}
