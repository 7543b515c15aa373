import { expect, test } from "vitest";
import { newChat } from "../../src/core/chat/state.ts";
import { newRun } from "../../src/core/run/state.ts";
import { liveRun } from "./situations.ts";
import { drawn, key, pressAll, typed, viewOf } from "./views.ts";

const to = (mode: string) => ({ do: "send", command: { do: "set_mode", mode } });
const inMode = (mode: "ask" | "plan" | "auto", modeBefore: "ask" | "auto" = "ask") => ({
  chat: { ...newChat, mode, modeBefore },
});
const entered = (line: string, given: Parameters<typeof viewOf>[0] = {}) =>
  pressAll(viewOf({ columns: 100, ...given }), [typed(line), key("escape"), key("enter")]);

test.each([
  ["ask", "plan", "plan: nothing is written or executed · /plan leaves"],
  ["plan", "auto", "auto: runs start, and change your files, without asking"],
  ["auto", "ask", "ask: runs wait for your yes"],
] as const)("Shift+Tab goes from %s to %s and says what that means; the draft stays", (from, next, says) => {
  const { view, effects } = pressAll(viewOf({ columns: 100, ...inMode(from) }), [typed("a draft"), key("shift+tab")]);
  expect(effects).toEqual([to(next)]);
  expect(view.screen.editor.text).toBe("a draft");
  expect(drawn(view)).toContain(says);
  expect(drawn(viewOf(inMode(from)))).toContain(`  ${from} · simulated ×3`);
});

test("/plan goes into plan mode, and out of it to where it was; with a task the team plans that one thing", () => {
  expect(entered("/plan").effects[0]).toEqual(to("plan"));
  expect(entered("/plan", inMode("plan")).effects[0]).toEqual(to("ask"));
  expect(entered("/plan", inMode("plan", "auto")).effects[0]).toEqual(to("auto"));
  expect(entered("/plan the cache").effects[0]).toMatchObject({
    command: { do: "call", tool: "launch_run", input: { task: "the cache", planning_mode: true } },
  });
});

test("/permissions names a mode to go to; what is no mode stays to be put right", () => {
  expect(entered("/permissions Auto").effects[0]).toEqual(to("auto"));
  const wrong = entered("/permissions yolo");
  expect(wrong.effects).toEqual([]);
  expect(wrong.view.screen.editor.text).toBe("/permissions yolo");
  expect(drawn(wrong.view)).toContain('There is no mode "yolo": ask, plan or auto');
  expect(entered("/permissions").effects[0]).toEqual({ do: "load_page", name: "permissions" });
});

test("who goes into plan mode is told of runs that may still act, and of no others", () => {
  const acting = liveRun();
  const planning = { ...acting, state: { ...acting.state, settings: { ...newRun.settings, planningMode: true } } };
  const says = (run: typeof acting): string =>
    drawn(pressAll(viewOf({ columns: 100, runs: [run] }), [key("shift+tab")]).view);
  expect(says(acting)).toContain("; 1 run under way may go on");
  expect(says(planning)).not.toContain("may go on");
});

test("a narrow window keeps the mode and the hint", () => {
  expect(drawn(viewOf({ columns: 40, rows: 10, ...inMode("plan") }))).toMatch(/plan · sim.*\? for help/);
});
