import { expect, test } from "vitest";
import { readKeymap } from "../../components/keymap.ts";
import { createShell } from "../../components/screen/shell.ts";
import { scriptedFrontEnd } from "../helpers/front-end.ts";
import { key, typed } from "./views.ts";

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
