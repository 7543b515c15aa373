import { describe, expect, test } from "vitest";
import { hints, readKeymap } from "../../components/keymap.ts";
import { newPicker, newScreen, type SessionPicker, type View } from "../../components/screen/screen-state.ts";
import { createShell } from "../../components/screen/shell.ts";
import { scriptedFrontEnd } from "../helpers/front-end.ts";
import { liveRun, pastSession } from "./situations.ts";
import { drawn, key, pressAll, typed, viewOf } from "./views.ts";

const size = { columns: 100, rows: 60 };

test("a bound key does what the usual one did; the usual one does nothing any more", () => {
  const { chordOf, shown, problems } = readKeymap({ search: ["Ctrl-F", "alt+s"], team: [] }, "keys.yaml");
  expect(problems).toEqual([]);
  expect([chordOf("ctrl+f"), chordOf("alt+s"), chordOf("ctrl+r"), chordOf("ctrl+t")]).toEqual([
    "ctrl+r",
    "ctrl+r",
    undefined,
    undefined,
  ]);
  expect([chordOf("ctrl+a"), chordOf("alt+q"), chordOf("tab")]).toEqual(["ctrl+a", "alt+q", "tab"]);
  expect(shown).toMatchObject({ search: "⌃F alt+S", team: "", stash: "⌃S" });
});

test("a usual key that two share stays with the other one", () => {
  const { chordOf } = readKeymap({ queue: "alt+q" }, "keys.yaml");
  expect([chordOf("alt+q"), chordOf("tab")]).toEqual(["tab", "tab"]);
});

test.each([
  [{ serach: "ctrl+r" }, 'keys.yaml: there is no key "serach". Did you mean "search"?'],
  [{ search: "r" }, 'keys.yaml: search: "r" is no key. Write ctrl+r, alt+up, shift+tab, pagedown, …'],
  [{ search: 12 }, "keys.yaml: search: 12 is no key. Write ctrl+r, alt+up, shift+tab, pagedown, …"],
  [{ search: "ctrl+i" }, "keys.yaml: search: terminals send tab for ctrl+i; choose another key"],
  [{ search: "ctrl+c" }, "keys.yaml: search: ctrl+c stays what it is: it is how one gets out of everything"],
  [{ cancel: "ctrl+q" }, "keys.yaml: cancel stays on ctrl+c: it is how one gets out of everything"],
  [{ search: "alt+s", stash: "alt+s" }, 'keys.yaml: "alt+s" is search already, so it is not stash'],
  [["ctrl+r"], 'keys.yaml: expected names of keys with their chords, such as "search: ctrl+r"'],
])("%j is told: %s", (bindings, problem) => {
  expect(readKeymap(bindings, "keys.yaml").problems).toEqual([problem]);
});

test("the shell hears the bound key", () => {
  const frontEnd = scriptedFrontEnd({ keyBindings: { stash: "alt+s" } });
  const terminal = { now: () => 0, redraw: () => {}, handOver: async (work: () => Promise<void>) => work() };
  const shell = createShell(frontEnd, terminal);
  shell.type([typed("later"), key("ctrl+s")], size);
  expect(shell.screen.get().editor.text).toBe("later");
  shell.type([key("alt+s")], size);
  expect(shell.screen.get()).toMatchObject({ editor: { text: "" }, stash: [{ text: "later" }] });
});

describe("hints name the keys as the user has them", () => {
  const bindings = { stop: "alt+x", send: "ctrl+y", search: "ctrl+f", details: "alt+o", editor: [], team: [] };
  const keymap = readKeymap(bindings, "keys.yaml");
  const running = { runs: [liveRun()], keymap };

  test("in the status line, the cards, the views and the help", () => {
    expect(drawn(viewOf(running))).toContain("alt+X to stop run 2");
    expect(drawn(viewOf(running))).toContain("alt+O open");
    expect(drawn(pressAll(viewOf({ keymap }), [typed("hello")]).view)).toContain("⌃Y sends");
    expect(drawn(pressAll(viewOf({ keymap }), [key("ctrl+r")]).view)).toContain(
      "Nothing earlier holds that  alt+X back",
    );
    const help = pressAll(viewOf({ keymap, rows: 90 }), [typed("/help"), key("enter")]).view;
    expect(drawn(help)).toMatch(/scroll · alt\+X back/);
    expect(drawn(help)).toMatch(/alt\+X q +back\n/);
    const runs = pressAll(viewOf({ keymap, rows: 30 }), [typed("/inbox"), key("enter")]).view;
    expect(drawn({ ...runs, screen: { ...runs.screen } })).toContain("alt+X back");
  });

  test("a key that somebody has taken away is not named", () => {
    expect(hints(keymap, "answered directly", ["team", "runs the team"])).toBe("answered directly");
    expect(hints(readKeymap(undefined, ""), ["team", "runs the team"])).toBe("⌃T runs the team");
  });

  test("in the list of sessions Enter opens, renames, or there is nothing to open", () => {
    const sessions = { is: "there", value: [pastSession("a", "talk a")] } as const;
    const list = (picker: Partial<SessionPicker>): View =>
      viewOf({ screen: { ...newScreen, overlay: { ...newPicker, query: "flag", sessions, ...picker } } });
    const status = (view: View): string => drawn(view).trimEnd().split("\n").at(-1) ?? "";
    expect(status(pressAll(list({}), [typed("flag")]).view)).toMatch(/enter opens it$/);
    expect(status(list({ renames: "a" }))).toMatch(/enter renames it$/);
    const none = list({ sessions: { is: "there", value: [] } });
    expect(drawn(none)).toContain("Nothing was found for “flag”.");
    expect(status(none)).toMatch(/esc back$/);
    expect(drawn(list({ query: "", sessions: { is: "there", value: [] } }))).toContain("None yet.");
  });
});
