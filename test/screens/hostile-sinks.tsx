import { App } from "../../components/App.tsx";
import { createLeadTail } from "../../components/chat/lead-tail.ts";
import { usePaint } from "../../components/hooks/use-painter.ts";
import { layout } from "../../components/screen/layout.ts";
import { newScreen, type View } from "../../components/screen/screen-state.ts";
import { type FullView, openRunView } from "../../components/views/full-view.ts";
import { watchForUser } from "../../src/cli/terminal/attention.ts";
import type { ChatItem, OpenCall } from "../../src/core/chat/state.ts";
import type { LiveRun } from "../../src/core/front-end.ts";
import type { FeedPart } from "../../src/core/run/agent-feed.ts";
import { scriptedFrontEnd, type ScriptedFrontEnd } from "../helpers/front-end.ts";
import { sample } from "../helpers/sample.ts";
import { mount } from "./frame.ts";
import { pastRuns } from "./journals.ts";
import { liveRun, NOW, permissionAsks, proposal, report } from "./situations.ts";
import { viewOf } from "./views.ts";

/** Wide and high enough for all that a place shows at once. */
const CHAT = { columns: 160, rows: 50 };
const VIEW = { columns: 160, rows: 500 };

/** What a place drew with all that was put into it: the bytes for the terminal, and what that showed after each step. */
export type Drawn = {
  readonly raw: string;
  readonly frames: readonly string[];
  readonly tooWide: readonly string[];
};
export type Sink = (texts: readonly string[]) => Promise<Drawn>;

type Given = Parameters<typeof scriptedFrontEnd>[0];

/** The chat with these things in it, printed or below what is printed. */
async function chat(given: Given): Promise<Drawn> {
  return steps(given, [() => {}]);
}

/** The chat, once for each step of what happens in it. */
function steps(given: Given, all: readonly ((frontEnd: ScriptedFrontEnd) => void)[]): Promise<Drawn> {
  return inTurn(() => drawSteps(given, all));
}

let last: Promise<unknown> = Promise.resolve();

/** One terminal at a time. */
function inTurn(draw: () => Promise<Drawn>): Promise<Drawn> {
  const drawn = last.then(draw);
  last = drawn.catch(() => undefined);
  return drawn;
}

async function drawSteps(given: Given, all: readonly ((frontEnd: ScriptedFrontEnd) => void)[]): Promise<Drawn> {
  const frontEnd = scriptedFrontEnd(given);
  const frame = mount(<App frontEnd={frontEnd} now={() => NOW} />, CHAT);
  const frames: string[] = [];
  const tooWide: string[] = [];
  for (const step of all) {
    step(frontEnd);
    frames.push(await frame.text());
    tooWide.push(...frame.tooWide());
  }
  frame.unmount();
  return { raw: frame.raw(), frames, tooWide };
}

function Painted({ view }: { readonly view: View }) {
  usePaint(layout(view, createLeadTail()));
  return null;
}

/** A view of the whole window. */
function full(shown: FullView, given: Partial<View>, fetched: View["screen"]["fetched"] = {}): Promise<Drawn> {
  return inTurn(() => drawFull(shown, given, fetched));
}

/** The view of what the tools of a reply said. */
function detailsOf(calls: readonly (typeof call)[]): Promise<Drawn> {
  const said = items([""], () => ({ kind: "tools", durationMs: 1, calls: [...calls] }));
  return full({ kind: "details", back: 0, top: 0 }, { chat: { ...viewOf().chat, ...said.chat } });
}

async function drawFull(shown: FullView, given: Partial<View>, fetched: View["screen"]["fetched"]): Promise<Drawn> {
  const view = viewOf({ ...given, ...VIEW, screen: { ...newScreen, views: [shown], fetched } });
  const frame = mount(<Painted view={view} />, VIEW);
  const drawn = { frames: [await frame.text()], tooWide: frame.tooWide() };
  frame.unmount();
  return { raw: frame.raw(), ...drawn };
}

async function together(drawn: readonly Promise<Drawn>[]): Promise<Drawn> {
  const all = await Promise.all(drawn);
  return {
    raw: all.map(({ raw }) => raw).join("\n"),
    frames: all.flatMap(({ frames }) => frames),
    tooWide: all.flatMap(({ tooWide }) => tooWide),
  };
}

/** A chat that begins with a long past prints only its end. */
const AT_ONCE = 40;

function printed(texts: readonly string[], item: (text: string) => object): Promise<Drawn> {
  const parts = Array.from({ length: Math.ceil(texts.length / AT_ONCE) }, (_, part) =>
    texts.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  );
  return together(parts.map((part) => chat(items(part, item))));
}

function items(texts: readonly string[], item: (text: string) => object): { readonly chat: { items: ChatItem[] } } {
  return { chat: { items: texts.map((text, id) => ({ id, at: NOW, ...item(text) }) as ChatItem) } };
}

const call = { name: "read_file", summary: "read a.txt", output: "", failed: false, durationMs: 1 };
const feed = (kind: FeedPart["kind"], texts: readonly string[]): LiveRun["feeds"] => ({
  ada: { parts: texts.map((text) => ({ kind, text })), open: { kind: "thought", text: texts.join("\n") } },
});
const agentView = (kind: FeedPart["kind"], texts: readonly string[]): Promise<Drawn> =>
  full({ ...openRunView("run", "run-2"), zoom: true } as FullView, { runs: [liveRun({}, {}, feed(kind, texts))] });
const asked = (ask: (OpenCall & { stage: "asked" })["ask"]) => (frontEnd: ScriptedFrontEnd) =>
  frontEnd.setChat((now) => ({
    ...now,
    calls: [
      { call: { id: JSON.stringify(ask), name: "x", input: {} }, byUser: false, stage: "asked", ask, askedAt: NOW },
    ],
  }));

/** B5: where text of others can come to stand. MCP is not in the product yet; what is written to pipes and files is looked at with the built program. */
export const SINKS: Readonly<Record<string, Sink>> = {
  "what the model says": (texts) =>
    together([
      printed(texts, (text) => ({ kind: "lead", text })),
      printed(texts, (text) => ({ kind: "interrupted", text })),
      steps(
        {},
        texts.map((text) => (frontEnd) => frontEnd.setLead({ activity: "writing", text, since: NOW })),
      ),
    ]),
  "what it thinks": (texts) => agentView("thought", texts),
  "a preview of an answer": (texts) =>
    together([
      printed(texts, (text) => ({ kind: "run", report: { ...report, answer: text, winnerReason: text } })),
      steps(
        {},
        texts.map((text) => (frontEnd) => frontEnd.setRuns([liveRun({}, { ada: text, bob: text, cyd: text })])),
      ),
      agentView("answer", texts),
    ]),
  "the name of a tool": (texts) =>
    together([
      printed(texts, (name) => ({ kind: "tools", durationMs: 1, calls: [{ ...call, name, summary: "" }] })),
      detailsOf(texts.map((name) => ({ ...call, name, summary: "" }))),
    ]),
  "what a tool is given": (texts) =>
    together([
      printed(texts, (summary) => ({ kind: "tools", durationMs: 1, calls: [{ ...call, summary }] })),
      steps(
        {},
        texts.map((note) => (frontEnd) => frontEnd.setLead({ activity: "tool", note, since: NOW })),
      ),
      agentView("tool", texts),
    ]),
  "what a command writes": (texts) =>
    together([
      printed(texts, (output) => ({ kind: "shell", output, failed: false })),
      printed(texts, (output) => ({ kind: "tools", durationMs: 1, calls: [{ ...call, output, failed: true }] })),
      steps(
        {},
        texts.map((shell) => (frontEnd) => frontEnd.setLead({ shell, since: NOW })),
      ),
      agentView("failed", texts),
    ]),
  "a patch": (texts) =>
    together([
      printed(texts, (text) => ({
        kind: "changes",
        action: "shown",
        number: 1,
        lines: [`M ${text}`],
        leftOut: [text],
        diff: `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-old\n+${text}\n ${text}\n`,
      })),
      detailsOf(texts.map((text) => ({ ...call, output: `--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-${text}\n+${text}\n` }))),
    ]),
  "the name of a file, a directory or a branch": (texts) =>
    together([
      printed(texts, (root) => ({ kind: "project", project: "p", root })),
      printed(texts, (text) => ({ kind: "run", report: { ...report, files: [text] } })),
      ...sample(texts, 4).map((place) => chat({ start: { place } })),
      steps(
        {},
        texts.map((place) => (frontEnd) => frontEnd.setInfo({ place, shortPlace: place })),
      ),
      full(
        { kind: "deliverables", picked: 0 },
        {},
        {
          deliverables: {
            is: "there",
            value: texts.map((name) => ({ name, version: 1, author: name, run: name, verifiedBy: name, savedAt: NOW })),
          },
        },
      ),
      full(
        { kind: "runs", picked: 0 },
        {},
        {
          runs: {
            is: "there",
            value: texts.flatMap((title) => pastRuns.map((run) => ({ ...run, runId: title, title }))),
          },
        },
      ),
    ]),
  "what a provider answers in place of a reply": (texts) =>
    together([
      printed(texts, (text) => ({ kind: "fault", fault: { code: "bad_request", message: text, hint: text } })),
      printed(texts, (message) => ({ kind: "run", report: { ...report, outcome: "failed", fault: message } })),
      steps(
        {},
        texts.map((note) => (frontEnd) => frontEnd.setLead({ activity: "retrying", note, since: NOW })),
      ),
    ]),
  "what the user is asked": (texts) =>
    together([
      steps(
        {},
        texts.map((text) =>
          asked({
            kind: "run",
            proposal: {
              ...proposal,
              task: text,
              title: text,
              context: text,
              contextPaths: [{ path: text, permission: "write" }],
            },
            widens: [text],
          }),
        ),
      ),
      steps(
        {},
        texts.map((text) => asked({ kind: "command", title: text, detail: text, covers: [text] })),
      ),
      steps(
        {},
        texts.map((text) => (frontEnd) => {
          const [ask] = permissionAsks;
          if (ask) frontEnd.setRuns([liveRun({ permissionAsks: [{ ...ask, id: text, title: text, detail: text }] })]);
        }),
      ),
      printed(texts, (title) => ({
        kind: "approval",
        ask: { kind: "command", title, detail: title },
        allow: true,
        note: title,
        edited: false,
        forSession: true,
      })),
    ]),
  "the title of the window and what is told of": async (texts) => {
    const written: string[] = [];
    const frontEnd = scriptedFrontEnd();
    const options = { focus: { get: () => false }, write: (bytes: string) => void written.push(bytes) };
    const watches = [{}, { VTE_VERSION: "1" }].map((env) => watchForUser(frontEnd, { ...options, env }));
    for (const text of texts) {
      frontEnd.setChat((now) => ({ ...now, title: text }));
      asked({ kind: "command", title: text, detail: text })(frontEnd);
      asked({ kind: "run", proposal: { ...proposal, title: text } })(frontEnd);
    }
    for (const { end } of watches) end();
    return { raw: written.join(""), frames: [], tooWide: [] };
  },
};
