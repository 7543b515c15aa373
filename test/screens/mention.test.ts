import { expect, test } from "vitest";
import { mentionAt, mentionText } from "../../components/composer/mention.ts";
import type { View } from "../../components/screen/screen-state.ts";
import { liveRun } from "./situations.ts";
import { drawn, key, pressAll, typed, viewOf } from "./views.ts";

test.each([
  ["@", ""],
  ["look at @src/au", "src/au"],
  ["(@src", "src"],
  ['see @"my fi', "my fi"],
  ["mail me@example.org", undefined],
  ["@done now", undefined],
  ["two\n@x", "x"],
])("%j is a mention of %j", (text, query) => {
  expect(mentionAt({ text, cursor: text.length })?.query).toBe(query);
});

test("the cursor has to stand behind the word", () => {
  expect(mentionAt({ text: "@ab", cursor: 2 })).toBeUndefined();
  expect(mentionAt({ text: "@ab c", cursor: 3 })?.query).toBe("ab");
});

test.each([
  ["src/a.ts", "@src/a.ts"],
  ["my file.txt", '@"my file.txt"'],
])("%j is written %j", (name, text) => {
  expect(mentionText(name)).toBe(text);
});

/** The view once the app has found these. */
function found(view: View, paths: readonly string[]): View {
  const query = view.screen.files?.query ?? "nothing was asked";
  return { ...view, screen: { ...view.screen, files: { query, paths } } };
}

test("each change of the word asks for files once; leaving it forgets them", () => {
  const first = pressAll(viewOf(), [typed("read @s"), typed("r"), key("left"), key("right")]);
  expect(first.effects).toEqual([
    { do: "find_files", query: "s" },
    { do: "find_files", query: "sr" },
    { do: "find_files", query: "sr" },
  ]);
  const { view } = pressAll(first.view, [typed(" and")]);
  expect(view.screen.files).toBeUndefined();
});

test("the list shows what was found; Tab and Enter take it, a directory stays open, Esc closes", () => {
  const view = found(pressAll(viewOf(), [typed("read @s")]).view, ["src/", "src/my auth.js"]);
  expect(drawn(view)).toMatch(/❯ src\/\n\s+src\/my auth\.js/);
  expect(pressAll(view, [key("tab")]).view.screen.editor.text).toBe("read @src/");
  const file = pressAll(view, [key("down"), key("enter")]);
  expect(file.view.screen.editor.text).toBe('read @"src/my auth.js" ');
  expect(file.effects).toEqual([]);
  expect(drawn(pressAll(view, [key("escape")]).view)).not.toContain("src/my auth.js");
});

test("a path that is typed in full is sent by Enter", () => {
  const view = found(pressAll(viewOf(), [typed("read @src/auth.js")]).view, ["src/auth.js", "src/auth.js.map"]);
  const { effects } = pressAll(view, [key("enter")]);
  expect(effects[0]).toEqual({ do: "send", command: { do: "say", text: "read @src/auth.js" } });
});

test("a long list scrolls, and a long path keeps its end", () => {
  const paths = Array.from({ length: 30 }, (_, n) => `${"deep/".repeat(30)}file${n}.ts`);
  const view = found(pressAll(viewOf(), [typed("@f")]).view, paths);
  const down = pressAll(
    view,
    Array.from({ length: 12 }, () => key("down")),
  ).view;
  expect(drawn(down)).toMatch(/❯ ….*deep\/file12\.ts/);
  expect(drawn(down)).not.toContain("file13.ts");
});

test("agents come first, in a note, behind /drop, and anywhere", () => {
  expect(drawn(pressAll(viewOf(), [typed("have @b")]).view)).toMatch(/❯ @bob\s+simulated/);
  const drop = pressAll(viewOf({ runs: [liveRun()] }), [typed("/drop @c"), key("tab")]).view;
  expect(drop.screen.editor.text).toBe("/drop @cyd");
  expect(pressAll(drop, [key("enter")]).effects[0]).toMatchObject({ command: { steer: { do: "drop", agent: "cyd" } } });
});

test("@agent and a text is a note to an agent at work, and for the lead otherwise", () => {
  const line = [typed("@ada use the v2 API"), key("enter")];
  expect(pressAll(viewOf({ runs: [liveRun()] }), line).effects[0]).toEqual({
    do: "send",
    command: { do: "steer_run", runId: "run-2", steer: { do: "note", text: "use the v2 API", agents: ["ada"] } },
  });
  expect(pressAll(viewOf(), line).effects[0]).toMatchObject({ command: { do: "say" } });
});
