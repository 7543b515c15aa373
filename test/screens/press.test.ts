import { describe, expect, test } from "vitest";
import { queueMoves, sendQueued } from "../../components/screen/queue.ts";
import { submit } from "../../components/screen/submit.ts";
import { newScreen, type View } from "../../components/screen/screen-state.ts";
import { newChat } from "../../src/core/chat/state.ts";
import { idleLead } from "../helpers/front-end.ts";
import { liveRun, NOW, report } from "./situations.ts";
import { drawn, key, pasted, pressAll, typed, viewOf } from "./views.ts";

const say = (text: string) => ({ do: "send", command: { do: "say", text } });
const busy = viewOf({ lead: { ...idleLead, activity: "writing", since: NOW } });
const running = viewOf({ runs: [liveRun()] });

function draft(text: string, given: Partial<View> = {}): View {
  return pressAll(viewOf(given), [typed(text)]).view;
}

test("Enter sends the text, remembers it and empties the composer", () => {
  const { view, effects } = pressAll(viewOf(), [typed("hello"), key("enter")]);
  expect(effects).toEqual([say("hello"), { do: "remember", line: "hello" }]);
  expect(view.screen.editor.text).toBe("");
});

test("nothing and blanks are not sent", () => {
  expect(pressAll(viewOf(), [key("enter"), typed("  "), key("enter")]).view.screen.views).toEqual([]);
});

test.each(["shift+enter", "ctrl+j", "alt+enter"])("%s begins a new line", (chord) => {
  const { effects } = pressAll(viewOf(), [typed("a"), key(chord), typed("b"), key("enter")]);
  expect(effects[0]).toEqual(say("a\nb"));
});

test("a backslash before Enter becomes a new line", () => {
  const { view, effects } = pressAll(viewOf(), [typed("a\\"), key("enter"), typed("b")]);
  expect(effects).toEqual([]);
  expect(view.screen.editor.text).toBe("a\nb");
});

test("a paste without brackets in several reads never submits, whatever it ends in", () => {
  const strokes = [pasted("a\rb\rc\r", false), typed("last"), key("enter"), key("enter")];
  const { view, effects } = pressAll(viewOf(), strokes, 20);
  expect(effects).toEqual([]);
  expect(view.screen.editor.text).toBe("a\nb\nc\nlast\n\n");
});

test("a paste of 10,000 lines without brackets is one placeholder, however far apart its reads come", () => {
  const lines = Array.from({ length: 10_000 }, (_, n) => `line ${n}`);
  const parts = [0, 3000, 6000].map((from) => `${lines.slice(from, from + 3000).join("\r")}\r`);
  const unfinished = `${lines.slice(9000, 9990).join("\r")}\r${"x".repeat(200)}`;
  const strokes = [...parts, unfinished].map((part) => pasted(part, false));
  const { view, effects } = pressAll(viewOf(), [...strokes, typed("y".repeat(200)), pasted("\rlast\r", false)], 500);
  expect(effects).toEqual([]);
  expect(view.screen.editor.text).toBe("[pasted 9992 lines]");
  const whole = `${lines.slice(0, 9990).join("\n")}\n${"x".repeat(200)}${"y".repeat(200)}\nlast\n`;
  expect(pressAll(view, [key("enter")], 500).effects[0]).toEqual(say(whole.trim()));
  const typedBetween = pressAll(view, [typed("and"), pasted(parts[0] ?? "", false)], 500).view;
  expect(typedBetween.screen.editor.text).toBe("[pasted 9992 lines]and[pasted 3000 lines]");
});

test("Enter after a bracketed paste submits at once, since its end is known", () => {
  const { effects } = pressAll(viewOf(), [pasted("a\nb"), key("enter")], 1);
  expect(effects[0]).toEqual(say("a\nb"));
});

test("10,000 lines are one draft and are sent in full", () => {
  const text = Array.from({ length: 10_000 }, (_, n) => `line ${n}`).join("\n");
  const { view, effects } = pressAll(viewOf(), [pasted(text)]);
  expect(effects).toEqual([]);
  expect(drawn(view)).toContain("[pasted 10000 lines]");
  expect(pressAll(view, [key("enter")]).effects[0]).toEqual(say(text));
});

test("Up goes through earlier lines from the first line on, Down comes back to the draft", () => {
  const view = draft("dra", { history: ["one", "two\nlines"] });
  const up = pressAll(view, [key("up")]).view;
  expect(up.screen.editor.text).toBe("two\nlines");
  expect(pressAll(up, [key("up")]).view.screen.editor.cursor).toBe(3);
  const oldest = pressAll(up, [key("up"), key("up"), key("up")]).view;
  expect(oldest.screen.editor.text).toBe("one");
  expect(pressAll(oldest, [key("down")]).view.screen.editor.text).toBe("two\nlines");
  expect(pressAll(oldest, [key("down"), key("down")]).view.screen.editor.text).toBe("dra");
});

test("Esc interrupts the lead and keeps the draft", () => {
  const { view, effects } = pressAll(busy, [typed("next"), key("escape")]);
  expect(effects).toEqual([{ do: "send", command: { do: "interrupt" } }]);
  expect(view.screen.editor.text).toBe("next");
});

test("Esc stops a run only when it is pressed twice", () => {
  const first = pressAll(running, [key("escape")]);
  expect(first.effects).toEqual([]);
  expect(drawn(first.view)).toContain("esc again to stop run 2");
  const second = pressAll(first.view, [key("escape")]);
  expect(second.effects).toEqual([{ do: "send", command: { do: "stop_run", runId: "run-2" } }]);
});

test("any other key between, or four seconds, and Esc asks again", () => {
  expect(pressAll(running, [key("escape"), key("left"), key("escape")]).effects).toEqual([]);
  expect(pressAll(running, [key("escape"), key("escape")], 4000).effects).toEqual([]);
});

test("Esc twice clears a draft into the history", () => {
  const { view, effects } = pressAll(draft("keep me"), [key("escape"), key("escape")]);
  expect(effects).toEqual([]);
  expect(view.screen.editor.text).toBe("");
  expect(view.screen.sent).toEqual(["keep me"]);
});

test("Ctrl+C stops the lead, else clears the draft, and says how to quit", () => {
  expect(pressAll(busy, [key("ctrl+c")]).effects).toEqual([{ do: "send", command: { do: "interrupt" } }]);
  const cleared = pressAll(draft("text"), [key("ctrl+c")]);
  expect(cleared.effects).toEqual([]);
  expect(cleared.view.screen.editor.text).toBe("");
  expect(drawn(cleared.view)).toContain("ctrl+c again to quit");
});

test("Ctrl+C twice within a second quits, later it asks again", () => {
  expect(pressAll(viewOf(), [key("ctrl+c"), key("ctrl+c")], 900).effects).toEqual([{ do: "quit" }]);
  expect(pressAll(viewOf(), [key("ctrl+c"), key("ctrl+c")], 1000).effects).toEqual([]);
});

test("quitting with a run says that it goes on hold; Ctrl+D asks for a second press then", () => {
  const first = pressAll(running, [key("ctrl+d")]);
  expect(first.effects).toEqual([]);
  expect(drawn(first.view)).toContain("ctrl+d again to quit; run 2 goes on hold");
  expect(pressAll(first.view, [key("ctrl+d")]).effects).toEqual([{ do: "quit" }]);
});

test("Ctrl+D quits on an empty line and erases on a full one", () => {
  expect(pressAll(viewOf(), [key("ctrl+d")]).effects).toEqual([{ do: "quit" }]);
  const { view, effects } = pressAll(draft("ab"), [key("ctrl+a"), key("ctrl+d")]);
  expect(effects).toEqual([]);
  expect(view.screen.editor.text).toBe("b");
});

test("a slash lists the commands; Tab completes, Enter runs the one that is picked", () => {
  const view = draft("/cos");
  expect(drawn(view)).toContain("/cost");
  expect(pressAll(view, [key("tab")]).view.screen.editor.text).toBe("/cost");
  expect(pressAll(view, [key("enter")]).view.screen.views).toMatchObject([{ kind: "cost" }]);
  expect(pressAll(draft("/r"), [key("down"), key("enter")]).view.screen.views).toMatchObject([{ kind: "runs" }]);
});

test("Enter on a command that needs more completes it and waits", () => {
  const { view, effects } = pressAll(draft("/si"), [key("enter")]);
  expect(effects).toEqual([]);
  expect(view.screen.editor.text).toBe("/single ");
});

test("Esc closes the list and nothing else", () => {
  const view = pressAll(draft("/co", { runs: [liveRun()] }), [key("escape")]).view;
  expect(view.screen.editor.text).toBe("/co");
  expect(view.screen.armed).toBeUndefined();
  expect(drawn(view)).not.toContain("/cost");
});

test("an unknown command is not sent to the lead; the line stays to be put right", () => {
  const { view, effects } = pressAll(viewOf(), [typed("/hlep"), key("enter")]);
  expect(effects).toEqual([]);
  expect(view.screen.editor.text).toBe("/hlep");
  expect(drawn(view)).toContain("Did you mean /help?");
});

test("a path is text, not a command", () => {
  expect(pressAll(viewOf(), [typed("/etc/hosts is odd"), key("enter")]).effects[0]).toEqual(say("/etc/hosts is odd"));
});

test("/now and /stop name a live run, or say that there is none", () => {
  const now = pressAll(running, [typed("/now 2"), key("enter")]).effects;
  expect(now[0]).toEqual({ do: "send", command: { do: "answer_now", runId: "run-2" } });
  const none = pressAll(viewOf(), [typed("/stop"), key("enter")]);
  expect(none.effects).toEqual([]);
  expect(drawn(none.view)).toContain("No run is under way.");
  expect(drawn(pressAll(running, [typed("/now 7"), key("enter")]).view)).toContain("No run 7 is under way.");
});

test("a run whose report is there is not live any more", () => {
  const settled = viewOf({ runs: [liveRun()], chat: { ...newChat, reports: [report] } });
  expect(pressAll(settled, [key("escape"), key("escape")]).effects).toEqual([]);
});

test("? on an empty line shows the keys, inside text it is a question mark", () => {
  expect(drawn(pressAll(viewOf({ rows: 40 }), [typed("?")]).view)).toContain("shift+enter");
  expect(draft("why?").screen.editor.text).toBe("why?");
});

test("typing goes on under an open view, and sending closes it", () => {
  const open = viewOf({ screen: { ...newScreen, overlay: { kind: "help", top: 0 } } });
  const { view, effects } = pressAll(open, [typed("hello"), key("enter")]);
  expect(effects[0]).toEqual(say("hello"));
  expect(view.screen.overlay).toBeUndefined();
});

test("Ctrl+T offers the last question to the team and sends nothing", () => {
  const chat = { ...newChat, items: [{ id: 1, at: NOW, kind: "user", text: "is it safe?" } as const] };
  const { view, effects } = pressAll(viewOf({ chat }), [key("ctrl+t")]);
  expect(effects).toEqual([]);
  expect(view.screen.editor.text).toBe("/run is it safe?");
});

describe("search in earlier messages", () => {
  const history = ["fix the login", "why is the sky blue?", "Fix\nthe tests", "fix the login"];
  const searching = pressAll(draft("my draft", { history }), [key("ctrl+r"), typed("FIX")]).view;

  test("lists what holds every word, newest first and each once; Ctrl+R goes to older ones", () => {
    expect(drawn(searching)).toMatch(/Earlier messages .*\n\s*❯ fix the login\n\s+Fix the tests\n/);
    const { view, effects } = pressAll(searching, [key("ctrl+r"), key("enter")]);
    expect(effects).toEqual([]);
    expect(view.screen.editor.text).toBe("Fix\nthe tests");
    expect(pressAll(view, [key("enter")]).effects[0]).toEqual(say("Fix\nthe tests"));
    expect(pressAll(searching, [typed(" test")]).view.screen.completion.picked).toBe(0);
    expect(drawn(pressAll(searching, [typed(" test")]).view)).toMatch(/❯ Fix the tests/);
  });

  test.each(["escape", "ctrl+c"])("%s gives the draft back and stops nothing", (chord) => {
    const { view, effects } = pressAll({ ...searching, lead: busy.lead }, [key(chord)]);
    expect(effects).toEqual([]);
    expect(view.screen.editor.text).toBe("my draft");
    expect(view.screen.search).toBeUndefined();
  });

  test("says when nothing is found; Enter then gives the draft back", () => {
    const none = pressAll(searching, [typed("zzz")]).view;
    expect(drawn(none)).toContain("Nothing earlier holds that");
    expect(pressAll(none, [key("enter")]).view.screen.editor.text).toBe("my draft");
  });

  test("? and @ are searched for like any text, and a command that is found is not completed", () => {
    const { view, effects } = pressAll(viewOf({ history: ["/cost", "mail @bob?"] }), [
      key("ctrl+r"),
      typed("?"),
      typed("@"),
    ]);
    expect(effects).toEqual([]);
    expect(view.screen.overlay).toBeUndefined();
    const cost = pressAll(view, [key("ctrl+u"), typed("cost"), key("enter")]).view;
    expect(cost.screen.editor.text).toBe("/cost");
    expect(drawn(cost)).not.toContain("money and tokens");
  });
});

test("Ctrl+S puts a draft aside with its paste, and takes it back on an empty line", () => {
  const long = Array.from({ length: 20 }, (_, n) => `line ${n}`).join("\n");
  const aside = pressAll(viewOf(), [typed("see "), pasted(long), key("ctrl+s")]);
  expect(aside.view.screen.editor.text).toBe("");
  expect(aside.effects).toEqual([{ do: "remember", line: `see ${long}` }]);
  expect(drawn(aside.view)).toContain("⌃S takes your draft back");
  const other = pressAll(aside.view, [typed("a side question"), key("enter"), key("ctrl+s"), key("enter")]);
  expect(other.effects).toContainEqual(say(`see ${long}`));
  expect(drawn(pressAll(other.view, [key("ctrl+s")]).view)).toContain("nothing is put aside");
});

describe("the queue", () => {
  const working = { ...newChat, messages: [{ role: "user", text: "do it" }] } as const;
  const queued = pressAll(viewOf({ chat: working }), [typed("then test"), key("tab"), typed("and commit"), key("tab")]);

  test("Tab puts a line behind the lead's turn, above the composer; nothing is said yet", () => {
    expect(queued.effects).toEqual([
      { do: "remember", line: "then test" },
      { do: "remember", line: "and commit" },
    ]);
    expect(drawn(queued.view)).toMatch(/○ then test .*queued · ↑ takes it back\n {2}○ and commit\n❯/);
    expect(drawn(pressAll(queued.view, [typed("x")]).view)).toContain("enter tells the lead now · tab queues");
  });

  test.each(["up", "alt+up"])("%s takes the last one back to be changed", (chord) => {
    const { view } = pressAll(queued.view, [key(chord)]);
    expect(view.screen.editor.text).toBe("and commit");
    expect(view.screen.queue).toEqual(["then test"]);
    expect(pressAll(view, [key("tab")]).view.screen.queue).toEqual(["then test", "and commit"]);
  });

  test("Enter says a text now, and on an empty line what is queued first", () => {
    expect(pressAll(queued.view, [typed("wait"), key("enter")]).effects[0]).toEqual(say("wait"));
    const { view, effects } = pressAll(queued.view, [key("enter")]);
    expect(effects).toEqual([say("then test")]);
    expect(view.screen.queue).toEqual(["and commit"]);
    expect(drawn(view)).toContain("the lead hears it at its next step");
    // When the turn is over there is no next step, and nobody has pressed a key meanwhile.
    expect(drawn({ ...view, chat: newChat, screen: { ...view.screen, queue: [] } })).toContain("? for help");
  });

  test("moves by itself when the turn is over, but not after one that was stopped or failed, nor under a question", () => {
    const screen = queued.view.screen;
    expect(queueMoves({ screen, chat: working })).toBe(false);
    expect(queueMoves({ screen, chat: newChat })).toBe(true);
    expect(queueMoves({ screen, chat: { ...newChat, interrupted: true } })).toBe(false);
    expect(queueMoves({ screen, chat: { ...newChat, fault: { code: "bug", message: "x" } } })).toBe(false);
    expect(queueMoves({ screen: newScreen, chat: newChat })).toBe(false);
  });

  test("a draft stays while the queue moves; a line that cannot be done comes back when there is none", () => {
    const typing = pressAll(queued.view, [typed("dra")]).view;
    expect(sendQueued(typing, submit)?.screen.editor.text).toBe("dra");
    const wrong = { ...queued.view, screen: { ...queued.view.screen, queue: ["/hlep"] } };
    expect(sendQueued(wrong, submit)?.screen).toMatchObject({ editor: { text: "/hlep" }, queue: [] });
  });

  test("Tab with a lead that is free only says so", () => {
    const { view, effects } = pressAll(draft("hello"), [key("tab")]);
    expect(effects).toEqual([]);
    expect(drawn(view)).toContain("the lead is free: enter sends");
    expect(view.screen.editor.text).toBe("hello");
  });
});

test.each([["ctrl+g"], ["ctrl+x", "ctrl+e"]])("%s %s opens the editor", (...chords) => {
  expect(pressAll(draft("text"), chords.map(key)).effects).toEqual([{ do: "edit_outside" }]);
});

test("Ctrl+X before any other key changes nothing about it", () => {
  expect(
    pressAll(viewOf(), [key("ctrl+x"), typed("a"), key("ctrl+x"), key("left"), typed("b")]).view.screen.editor.text,
  ).toBe("ba");
});

test("Ctrl+O at a placeholder shows the paste, undo hides it again; elsewhere it is what it was", () => {
  const long = Array.from({ length: 20 }, (_, n) => `line ${n}`).join("\n");
  const shown = pressAll(viewOf(), [typed("see "), pasted(long), key("ctrl+o")]).view;
  expect(shown.screen.editor.text).toBe(`see ${long}`);
  expect(pressAll(shown, [key("ctrl+_")]).view.screen.editor.text).toBe("see [pasted 20 lines]");
  const huge = pressAll(viewOf(), [pasted("x".repeat(60_000)), key("ctrl+o")]).view;
  expect(drawn(huge)).toContain("too long to show here; ⌃G opens your editor");
  expect(pressAll(draft("text"), [key("ctrl+o")]).view.screen.views).toHaveLength(1);
});

describe("a command of the user", () => {
  const call = { id: "user_1", name: "shell", input: { command: "npm test" } };
  const open = { call, byUser: true, stage: "running", summary: "npm test", since: NOW - 3000 } as const;
  const chat = { ...newChat, calls: [open] };
  const shelling = viewOf({ chat, lead: { ...busy.lead, shell: "one\ntwo\n" } });

  test("! runs it, # notes it, and the hint says so before", () => {
    expect(drawn(draft("!ls"))).toContain("enter runs it in a shell");
    expect(drawn(draft("# use ws"))).toContain("enter notes it in CONTEXT.md");
    const { effects } = pressAll(draft("!ls"), [key("enter")]);
    expect(effects).toEqual([
      { do: "send", command: { do: "call", text: "!ls", tool: "shell", input: { command: "ls" } } },
      { do: "remember", line: "!ls" },
    ]);
  });

  test("is shown with the end of its output; Esc and Ctrl+C stop it and not the lead", () => {
    expect(drawn(shelling)).toMatch(/◐ ! npm test · 3s\n\s+│ one\n\s+│ two/);
    for (const chord of ["escape", "ctrl+c"]) {
      expect(pressAll(shelling, [key(chord)]).effects).toEqual([{ do: "send", command: { do: "stop_shell" } }]);
    }
  });

  test("only one runs at a time; the line stays", () => {
    const { view, effects } = pressAll(shelling, [typed("!ls"), key("enter")]);
    expect(effects).toEqual([]);
    expect(view.screen.editor.text).toBe("!ls");
    expect(drawn(view)).toContain("A command is running");
  });
});
