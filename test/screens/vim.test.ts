import { describe, expect, test } from "vitest";
import { emptyEditor } from "../../components/composer/editor.ts";
import { vimInsert } from "../../components/composer/vim-state.ts";
import { createLeadTail } from "../../components/chat/lead-tail.ts";
import { layout } from "../../components/screen/layout.ts";
import { newScreen, type View } from "../../components/screen/screen-state.ts";
import { idleLead } from "../helpers/front-end.ts";
import { drawn, key, pasted, pressAll, typed, viewOf } from "./views.ts";

/** "one |two" is the text with the cursor on the t. */
function normal(marked: string): View {
  const cursor = marked.indexOf("|");
  const editor = { ...emptyEditor, text: marked.replace("|", ""), cursor };
  return viewOf({ screen: { ...newScreen, editor, vim: { ...vimInsert, mode: "normal" } } });
}

function shown({ screen: { editor } }: View): string {
  return `${editor.text.slice(0, editor.cursor)}|${editor.text.slice(editor.cursor)}`;
}

test.each([
  ["|one two three", "w", "one |two three"],
  ["|one two three", "2w", "one two |three"],
  ["one two |three", "b", "one |two three"],
  ["|foo(bar)", "w", "foo|(bar)"],
  ["|foo(bar) x", "W", "foo(bar) |x"],
  ["|one two", "e", "on|e two"],
  ["|one two", "$", "one tw|o"],
  ["  one t|wo", "^", "  |one two"],
  ["  one t|wo", "0", "|  one two"],
  ["one\ntwo\nth|ree", "gg", "|one\ntwo\nthree"],
  ["o|ne\ntwo\nthree", "G", "one\ntwo\n|three"],
  ["on|e\ntwo", "j", "one\ntw|o"],
  ["|a.b.c", "f.;", "a.b|.c"],
  ["|a.b.c", "t.;", "a.|b.c"],
  ["a.b.|c", "F.;,", "a.b|.c"],
  ["|x👍y", "l", "x|👍y"],
  ["|世界", "ll", "世|界"],
])("motion: %j %s goes to %j", (from, keys, to) => {
  expect(shown(pressAll(normal(from), [typed(keys)]).view)).toBe(to);
});

test.each([
  ["|one two three", "dw", "|two three"],
  ["|one two three four", "d2w", "|three four"],
  ["|one two three four", "2dw", "|three four"],
  ["one |two three", "cwX", "one X| three"],
  ["|one two", "de", "| two"],
  ["one two |three", "db", "one |three"],
  ["one |two three", "D", "one| "],
  ["one |two three", "CX", "one X|"],
  ["one\n|two\nthree", "dd", "one\n|three"],
  ["one\n|two", "dd", "|one"],
  ["|one\ntwo\nthree", "2dd", "|three"],
  ["|one\ntwo\nthree", "dj", "|three"],
  ["o|ne\ntwo", "ccX", "X|\ntwo"],
  ["one\n|two", "ddp", "one\n|two"],
  ["|one two", "yyp", "one two\n|one two"],
  ["|one two", "yyP", "|one two\none two"],
  ["|foo bar", "ywP", "foo| foo bar"],
  ["|ab", "xp", "b|a"],
  ["|ab👍c", "llx", "ab|c"],
  ['say "he|llo" now', 'ci"X', 'say "X|" now'],
  ["f(a, |b)", "di(", "f(|)"],
  ["f(a, (|b))", "da(", "f(a, |)"],
  ["one t|wo three", "daw", "one |three"],
  ["one t|wo three", "ciwX", "one X| three"],
  ["f(x|, y)", "dt)", "f(x|)"],
  ["a|bc", "rX", "a|Xc"],
  ["a|bc", "9rX", "a|bc"],
  ["|abc", "2~", "AB|c"],
  ["|one\n  two", "J", "one| two"],
  ["one |two", "iX", "one X|two"],
  ["one |two", "aX", "one tX|wo"],
  ["one |two", "IX", "X|one two"],
  ["one |two", "AX", "one twoX|"],
  ["|one\ntwo", "oX", "one\nX|\ntwo"],
  ["one\n|two", "OX", "one\nX|\ntwo"],
  ["|one two", "dwu", "|one two"],
  ["|one", "dfx", "|one"],
  ["|one", "zq", "|one"],
])("change: %j %s makes %j", (from, keys, to) => {
  expect(shown(pressAll(normal(from), [typed(keys)]).view)).toBe(to);
});

test("a long paste is one character: no command takes a part of it", () => {
  const long = Array.from({ length: 20 }, (_, n) => `line ${n}`).join("\n");
  const typing = [typed("see "), pasted(long), typed(" ok"), key("escape"), typed("0w")];
  const { view } = pressAll(viewOf({ screen: { ...newScreen, vim: vimInsert } }), typing);
  expect(shown(view)).toBe("see |[pasted 20 lines] ok");
  expect(shown(pressAll(view, [typed("l")]).view)).toBe("see [pasted 20 lines]| ok");
  expect(shown(pressAll(view, [typed("lh")]).view)).toBe("see |[pasted 20 lines] ok");
  expect(shown(pressAll(view, [typed("x")]).view)).toBe("see | ok");
  expect(shown(pressAll(view, [typed("wdb")]).view)).not.toMatch(/pasted(?! 20 lines\])/);
  for (const keys of ["rX", "~", "9~"])
    expect(pressAll(view, [typed(keys)]).view.screen.editor.text).toContain("[pasted 20 lines]");
  const back = pressAll(view, [typed("dw$p"), key("enter")]);
  expect(back.effects[0]).toMatchObject({ command: { text: expect.stringContaining("line 19") as string } });
});

test("a command may come in several reads; Esc gives it up", () => {
  expect(shown(pressAll(normal("|one two"), [typed("d"), typed("w")]).view)).toBe("|two");
  const half = pressAll(normal("|one two"), [typed("2d")]).view;
  expect(drawn(half)).toMatch(/ 2d$/m);
  expect(shown(pressAll(half, [key("escape"), typed("w")]).view)).toBe("one |two");
});

describe("in the composer", () => {
  const inserting = viewOf({ screen: { ...newScreen, vim: vimInsert } });

  test("Esc goes to normal mode, which the prompt shows; sending goes back to inserting", () => {
    const { view } = pressAll(inserting, [typed("hello"), key("escape")]);
    expect(drawn(view)).toMatch(/▸ hello[^]*normal mode · i inserts/);
    const sent = pressAll(view, [typed("x"), key("enter"), typed("dd")]);
    expect(sent.effects[0]).toEqual({ do: "send", command: { do: "say", text: "hell" } });
    expect(sent.view.screen.editor.text).toBe("dd");
  });

  test("Esc on an empty line stops the lead, in normal mode too with text", () => {
    const lead = { ...idleLead, activity: "writing" as const };
    const stop = { do: "send", command: { do: "interrupt" } };
    expect(pressAll({ ...inserting, lead }, [key("escape")]).effects).toEqual([stop]);
    expect(pressAll({ ...inserting, lead }, [typed("x"), key("escape"), key("escape")]).effects).toEqual([stop]);
  });

  test("k on the first line goes through earlier messages, j comes back", () => {
    const { view } = pressAll({ ...inserting, history: ["before"] }, [typed("now"), key("escape"), typed("k")]);
    expect(view.screen.editor.text).toBe("before");
    expect(pressAll(view, [typed("j")]).view.screen.editor.text).toBe("now");
  });

  test("/vim turns it on and off, for the sessions to come as well", () => {
    const on = pressAll(viewOf(), [typed("/vim"), key("enter")]);
    expect(on.effects).toContainEqual({ do: "prefer", preferences: { vim: true } });
    expect(on.view.screen.vim).toEqual(vimInsert);
    const off = pressAll(on.view, [typed("/vim"), key("enter")]);
    expect(off.effects).toContainEqual({ do: "prefer", preferences: { vim: false } });
    expect(off.view.screen.vim).toBeUndefined();
  });
});

/** Esc between the keys is written as a key of its own. */
function played(from: string, ...keys: readonly string[]): View {
  return pressAll(
    normal(from),
    keys.map((one) => (one === "esc" ? key("escape") : typed(one))),
  ).view;
}

describe("visual mode", () => {
  test.each([
    ["|one two three", "vwd", "|wo three"],
    ["|one two three", "ved", "| two three"],
    ["one t|wo three", "vbd", "one |o three"],
    ["|one two", "v$cX", "X|"],
    ["one |two three", "viwcX", "one X| three"],
    ["f(a|, b)", "vi(d", "f(|)"],
    ["o|ne\ntwo\nthree", "Vd", "|two\nthree"],
    ["one\nt|wo\nthree", "Vjd", "|one"],
    ["|one\ntwo", "Vyjp", "one\ntwo\n|one"],
    ["|one two", "veyP", "on|eone two"],
    ["|one\ntwo\n\nx", "Vj>", "  |one\n  two\n\nx"],
    ["  |one\n two", "Vj<", "|one\ntwo"],
    ["|one two", "ve~", "|ONE two"],
    ["one |two three", "vweod", "one |"],
    ["|one\ntwo", "vVd", "|two"],
    ["|one", "vvx", "|ne"],
    ["|世界👍", "vld", "|👍"],
  ])("%j %s gives %j", (from, keys, to) => {
    const { view } = pressAll(normal(from), [typed(keys)]);
    expect(shown(view)).toBe(to.endsWith(" |") ? "one| " : to);
  });

  test("Esc leaves it, the status line names it, and what is selected is marked", () => {
    const view = played("|one two", "ve");
    expect(drawn(view)).toContain("visual mode · d c y < > · esc leaves");
    const marked = layout(view, createLeadTail())
      .rows.flat()
      .filter(({ inverse }) => inverse === true);
    expect(marked.map(({ text }) => text)).toEqual(["one"]);
    expect(played("|one two", "ve", "esc", "d").screen.vim).toMatchObject({ mode: "normal", pending: "d" });
    expect(drawn(played("|one\ntwo", "V"))).toContain("visual lines");
  });

  test("a long paste is selected whole", () => {
    const long = Array.from({ length: 20 }, () => "x").join("\n");
    const { view } = pressAll(viewOf({ screen: { ...newScreen, vim: vimInsert } }), [
      typed("a "),
      pasted(long),
      typed(" b"),
    ]);
    const cut = pressAll(view, [key("escape"), typed("0wvd")]).view;
    expect(cut.screen.editor.text).toBe("a  b");
    expect(cut.screen.editor.cut).toBe("[pasted 20 lines]");
  });
});

describe("the dot does the last change again", () => {
  test.each([
    ["|a b c d", ["dw", "."], "|c d"],
    ["|a b c d e", ["dw", "2."], "|d e"],
    ["|a b c d e", ["2dw", "."], "|e"],
    ["|one two three", ["cwX", "esc", "w", "."], "X |X three"],
    ["|a\nb", ["A;", "esc", "j", "."], "a;\nb|;"],
    ["|a\nb", ["ox", "esc", "."], "a\nx\n|x\nb"],
    ["|abcdef", ["x", "l", "."], "b|def"],
    ["|abcd", ["rX", "l", "."], "X|Xcd"],
    ["|abcd", ["x", "u", "."], "|bcd"],
    ["|abcdef", ["vld", "."], "|ef"],
    ["|a\nb\nc\nd", ["Vjd", "."], "|"],
    ["|one two", ["vecX", "esc", "w", "."], "X |X"],
    ["|a\nb\nc", ["Vj>", "j", "."], "  a\n    |b\n  c"],
    ["|abc", ["."], "|abc"],
    ["|a b c", ["dw", "yw", "."], "|c"],
  ])("%j %j gives %j", (from, keys, to) => {
    expect(shown(played(from, ...keys))).toBe(to);
  });

  test("it is still known in the next message", () => {
    const sent = pressAll(played("|one two", "dw"), [key("enter"), typed("three four"), key("escape"), typed("0.")]);
    expect(sent.view.screen.editor.text).toBe("four");
  });
});

describe("registers", () => {
  test.each([
    ["|one two", '"ayw$"ap', "one twoone| "],
    ["|one\ntwo\nthree", '"addddP"ap', "two\n|one\nthree"],
    ["|one two", '"ayww"Ayw0"aP', "one tw|oone two"],
    ["|one\ntwo", '"ayyj"Ayy"ap', "one\ntwo\n|one\ntwo"],
    ["|one two", '"xp', "|one two"],
    ["|one two", 'v"ay"ap', "o|one two"],
    ["|one two", '"aywwyw"ap', "one tone| wo"],
  ])("%j %s gives %j", (from, keys, to) => {
    expect(shown(pressAll(normal(from), [typed(keys)]).view)).toBe(to);
  });

  test("a register outlives the message", () => {
    const sent = pressAll(played("|one two", '"ayw'), [key("enter"), typed("x"), key("escape"), typed('"ap')]);
    expect(sent.view.screen.editor.text).toBe("xone ");
  });
});

test.each([
  ["|one\ntwo", ">>", "  |one\ntwo"],
  ["  |one\n  two\nx", "2<<", "|one\ntwo\nx"],
  ["|one\ntwo\nx", ">j", "  |one\n  two\nx"],
])("%j %s gives %j", (from, keys, to) => {
  expect(shown(pressAll(normal(from), [typed(keys)]).view)).toBe(to);
});
