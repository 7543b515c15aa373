import { expect, test } from "vitest";
import { liveRun } from "./situations.ts";
import { key, pressAll, typed, viewOf } from "./views.ts";

const running = viewOf({ runs: [liveRun()] });
const views = (...strokes: Parameters<typeof pressAll>[1]) => pressAll(running, strokes).view.screen.views;

test("Alt and a digit opens that agent of the run under way, with the draft kept; there is no fourth of three", () => {
  expect(views(typed("a draft"), key("alt+2"))).toMatchObject([{ kind: "run", agent: 1, zoom: true }]);
  expect(pressAll(running, [typed("a draft"), key("alt+2")]).view.screen.editor.text).toBe("a draft");
  expect(views(key("alt+4"))).toEqual([]);
  expect(pressAll(viewOf(), [key("alt+1")]).view.screen.views).toEqual([]);
});

test("the arrows show all agents where nothing is typed, and move in what is", () => {
  expect(views(key("right"))).toMatchObject([{ kind: "run", agent: 0, zoom: false }]);
  expect(views(key("left"))).toMatchObject([{ kind: "run", agent: 2, zoom: false }]);
  expect(views(typed("ab"), key("left"))).toEqual([]);
  expect(pressAll(running, [typed("ab"), key("left")]).view.screen.editor.cursor).toBe(1);
});
