import { never } from "../../src/core/never.ts";
import { type ParsedSlash, parseSlash, type ScreenAction } from "../../src/core/chat/slash.ts";
import { type ChatMode, readMode } from "../../src/core/chat/mode.ts";
import type { Image } from "../../src/core/image.ts";
import type { PageName } from "../../src/core/page.ts";
import { plural } from "../../src/core/text.ts";
import { parseMark } from "../../src/core/chat/typed-line.ts";
import type { LiveRun } from "../../src/core/front-end.ts";
import type { Steer } from "../../src/core/run/steer.ts";
import { askedOf } from "../approval/asked.ts";
import { vimInsert } from "../composer/vim-state.ts";
import { emptyEditor, expand } from "../composer/editor.ts";
import { hints, keyOf } from "../keymap.ts";
import { type FullView, openRunView, type RunViewKind } from "../views/full-view.ts";
import { newestRun } from "../views/seen-run.ts";
import { runningShell } from "./activity.ts";
import { liveRuns } from "../run/live-runs.ts";
import { imagesIn } from "./press-image.ts";
import { modeNotice } from "./press-mode.ts";
import { quit } from "./press-stop.ts";
import { type Effect, type Pressed, send, stay } from "./pressed.ts";
import { HEARD_LATER, leadBusy, sendQueued } from "./queue.ts";
import { prefer, readTheme } from "./preferences.ts";
import { openRewind } from "./press-rewind.ts";
import { newPicker, type Overlay, type View } from "./screen-state.ts";

const CLIPBOARD_SAFE = 55_000;

/** Enter: says the text to the lead, or does what the slash command says. Nothing but blanks is not sent. */
export function submit(view: View): Pressed {
  const text = expand(view.screen.editor).trim();
  if (text === "") return sendQueued(view, submit) ?? stay(view);
  const mark = parseMark(text);
  if (mark !== undefined)
    return runningShell(view)
      ? note(view, hints(view.keymap, "A command is running", ["stop", "stops it"]))
      : sent(view, text, [send(mark.command)]);
  const slash = parseSlash(text) ?? noteToAgents(view, text);
  const images = imagesIn(view, text);
  if (slash === undefined) return said(view, text, [...images.said, ...images.fresh]);
  if (images.fresh.length > 0) return note(view, "images go with a message to the lead, not with a command");
  switch (slash.kind) {
    case "command":
      return sent(view, text, [send(slash.command)]);
    case "screen":
      return act(view, text, slash.action, slash.arg);
    case "steer": {
      // Of a run that is over another answer can still be made the result.
      const runId = slash.steer.do === "choose" ? newestRun(view) : runFor(view, slash.steer)?.runId;
      if (runId === undefined) return note(view, "No run is under way.");
      return sent(view, text, [send({ do: "steer_run", runId, steer: slash.steer })]);
    }
    case "incomplete":
      return note(view, `${slash.usage}: it needs what stands in the brackets`);
    case "unknown":
      return note(
        view,
        `There is no /${slash.name}. ${slash.didYouMean === undefined ? "/help lists what there is." : `Did you mean /${slash.didYouMean}?`}`,
      );
    default:
      return never(slash);
  }
}

/** The lead hears it at once, or, in the midst of a turn, with the results of its tools. */
function said(view: View, text: string, images: readonly Image[]): Pressed {
  const done = sent(view, text, [send({ do: "say", text, ...(images.length > 0 && { images }) })]);
  if (!leadBusy(view)) return done;
  return { ...done, screen: { ...done.screen, notice: HEARD_LATER } };
}

/** The newest, or the one in which somebody has waited for such an answer the longest. */
function runFor(view: View, steer: Steer): LiveRun | undefined {
  const runs = liveRuns(view);
  const waits = steer.do === "permit" ? askedOf(view).flatMap(({ run }) => (run ? [run] : [])) : [];
  const asked = steer.do === "permit" ? waits.find(({ id }) => steer.ask === undefined || id === steer.ask) : undefined;
  return runs.find(({ runId }) => runId === asked?.runId) ?? runs.at(-1);
}

/** "@ada use the v2 API" while ada is at work is for her, not for the lead. */
function noteToAgents(view: View, text: string): ParsedSlash | undefined {
  const run = liveRuns(view).at(-1);
  const names = /^(?:@\S+\s+)+(?=\S)/.exec(text)?.[0].trim().split(/\s+/) ?? [];
  const isAgent = (name: string): boolean => run?.state.agents.some(({ id }) => `@${id}` === name) === true;
  return names.length > 0 && names.every(isAgent) ? parseSlash(`/tell ${text}`) : undefined;
}

function act(view: View, text: string, action: ScreenAction, arg: string): Pressed {
  switch (action) {
    case "help":
    case "team":
      return open(view, text, { kind: action, top: 0 });
    case "cost":
      return openView(view, text, { kind: "cost", runId: newestRun(view), top: 0 });
    case "runs":
    case "deliverables":
      return openView(view, text, { kind: action, picked: 0 });
    case "details":
      return openView(view, text, { kind: "details", back: 0, top: 0 });
    case "inbox":
      return openView(view, text, { kind: "inbox", picked: 0, armed: undefined });
    case "votes":
    case "compare":
    case "timeline":
      return openRun(view, text, action, arg);
    case "resume":
      return open(view, text, newPicker, [{ do: "load_sessions", query: "" }]);
    case "rewind":
      return openRewind(view, text);
    case "clear":
      return sent(view, text, [{ do: "open_session", target: { kind: "new" } }]);
    case "fork":
      return sent(view, text, [{ do: "open_session", target: { kind: "fork", title: arg } }]);
    case "now":
    case "stop":
      return toRun(view, text, action, arg);
    case "plan":
      return setMode(view, view.chat.mode === "plan" ? view.chat.modeBefore : "plan", text);
    case "permissions":
      return permissions(view, text, arg);
    case "context":
    case "status":
      return openPage(view, text, action);
    case "copy":
      return copyAnswer(view, text, arg);
    case "theme":
      return switchTheme(view, text, arg);
    case "vim":
      return switchVim(view, text);
    case "quit":
      return quit(view);
    default:
      return never(action);
  }
}

function permissions(view: View, text: string, arg: string): Pressed {
  if (arg === "") return openPage(view, text, "permissions");
  const mode = readMode(arg);
  return mode ? setMode(view, mode, text) : note(view, `There is no mode "${arg}": ask, plan or auto`);
}

function setMode(view: View, mode: ChatMode, text: string): Pressed {
  const done = sent(view, text, [send({ do: "set_mode", mode })]);
  return { ...done, screen: { ...done.screen, notice: modeNotice(view, mode) } };
}

function openPage(view: View, text: string, name: PageName): Pressed {
  return open(view, text, { kind: "page", name, top: 0, content: { is: "loading" } }, [{ do: "load_page", name }]);
}

function switchVim(view: View, text: string): Pressed {
  const vim = view.screen.vim ? undefined : vimInsert;
  const done = sent(view, text, [prefer({ ...view.screen, vim })]);
  return {
    ...done,
    screen: {
      ...done.screen,
      vim,
      notice: vim ? `vi keys: ${keyOf(view.keymap, "stop")} leaves inserting` : "the usual keys",
    },
  };
}

/** What is printed already keeps its colours. */
function switchTheme(view: View, text: string, arg: string): Pressed {
  const theme = readTheme(arg);
  const { theme: chosen } = view.screen;
  if (theme === null) {
    const now = chosen ?? view.start.theme ?? "auto";
    return note(
      view,
      `${arg === "" ? `The theme is ${now}` : `There is no theme "${arg}"`}: dark, light, none or auto`,
    );
  }
  const done = sent(view, text, [prefer({ ...view.screen, theme }), { do: "redraw" }]);
  const notice = theme === undefined ? "the theme follows the configuration and the terminal" : `theme ${theme}`;
  return { ...done, screen: { ...done.screen, theme, notice } };
}

/** The lead's last answer, or the one so many before it, as it wrote it. */
function copyAnswer(view: View, text: string, arg: string): Pressed {
  const answers = view.chat.items.flatMap((item) => (item.kind === "lead" || item.kind === "aside" ? [item.text] : []));
  const back = arg === "" ? 1 : Number(arg);
  if (answers.length === 0) return note(view, "The lead has not answered yet: there is nothing to copy.");
  const wanted = Number.isInteger(back) && back > 0 ? answers.at(-back) : undefined;
  if (wanted === undefined) return note(view, `/copy takes a number from 1, the last answer, to ${answers.length}`);
  const done = sent(view, text, [{ do: "copy", text: wanted }]);
  const lines = wanted.trim().split("\n").length;
  const size = `${plural(wanted.length, "character")}, ${plural(lines, "line")}`;
  return { ...done, screen: { ...done.screen, notice: `sent to the terminal's clipboard: ${size}${doubt(wanted)}` } };
}

/** Terminals do not say whether they took it, and some take no more than this. */
function doubt(text: string): string {
  return text.length > CLIPBOARD_SAFE ? "; some terminals do not take so much" : "";
}

function toRun(view: View, text: string, action: "now" | "stop", arg: string): Pressed {
  const runs = liveRuns(view);
  const wanted = arg === "" ? runs.at(-1) : runs.find(({ number }) => String(number) === arg.replace(/^#/, ""));
  if (!wanted) return note(view, arg === "" ? "No run is under way." : `No run ${arg} is under way.`);
  const { runId } = wanted;
  return sent(view, text, [send(action === "now" ? { do: "answer_now", runId } : { do: "stop_run", runId })]);
}

/** What views have read before may be out of date by now. */
function openView(view: View, text: string, shown: FullView): Pressed {
  const done = sent(view, text, []);
  return { ...done, screen: { ...done.screen, fetched: {}, views: [shown] } };
}

/** Of the run with that number, or of the newest. */
function openRun(view: View, text: string, kind: RunViewKind, arg: string): Pressed {
  const number = Number(arg.replace(/^#/, ""));
  const known = [...liveRuns(view), ...view.chat.reports].find((run) => run.number === number)?.runId;
  const runId = arg === "" ? newestRun(view) : known;
  if (runId !== undefined) return openView(view, text, openRunView(kind, runId));
  return note(
    view,
    arg === ""
      ? "No run yet in this session. /run <task> starts one."
      : `This session has no run ${arg}. /runs lists all.`,
  );
}

function open(view: View, text: string, overlay: Overlay, effects: readonly Effect[] = []): Pressed {
  const done = sent(view, text, effects);
  return { ...done, screen: { ...done.screen, overlay } };
}

function sent(view: View, text: string, effects: readonly Effect[]): Pressed {
  const { screen } = view;
  return {
    screen: { ...screen, editor: emptyEditor, browsing: undefined, overlay: undefined, sent: [...screen.sent, text] },
    effects: [...effects, { do: "remember", line: text }],
  };
}

/** The line stays, to be put right. */
function note(view: View, notice: string): Pressed {
  return { screen: { ...view.screen, notice }, effects: [] };
}
