import type { Key } from "ink";
import { expect, test } from "vitest";
import { strokesOf } from "../../components/composer/strokes.ts";

const noKey = {} as Key;

function chunk(text: string): readonly string[] {
  return strokesOf(text, noKey).map((stroke) =>
    stroke.kind === "key" ? `<${stroke.chord}>` : `${stroke.kind}:${stroke.text}`,
  );
}

test("text and its Enter in one read are both seen", () => {
  expect(chunk("quit\r")).toEqual(["text:quit", "<enter>"]);
});

test("a line feed at the end of typed text is a new line, not a submit", () => {
  expect(chunk("abc\n")).toEqual(["text:abc", "<ctrl+j>"]);
});

test("a line feed between typed text is Ctrl+J, so that an Enter that follows at once still sends", () => {
  expect(chunk("\n世界")).toEqual(["<ctrl+j>", "text:世界"]);
  expect(chunk("one\ntwo\r")).toEqual(["text:one", "<ctrl+j>", "text:two", "<enter>"]);
});

test.each(["a\rb", "a\rb\r", "a\r\n", "a\nb\rc\r", "1\r2\r3\r", "\r\nx", "line\n".repeat(9)])(
  "%j is a paste: line ends inside never submit",
  (text) => {
    expect(chunk(text)).toEqual([`paste:${text}`]);
  },
);

test("an Enter and the few letters that were typed right after it are what they were", () => {
  expect(chunk("\ry")).toEqual(["<enter>", "text:y"]);
  expect(chunk("\ryes it")).toEqual(["<enter>", "text:yes it"]);
  expect(chunk("\ra line of a file that somebody pastes")).toEqual(["paste:\ra line of a file that somebody pastes"]);
});

test("Enters alone are Enters", () => {
  expect(chunk("\r\r")).toEqual(["<enter>", "<enter>"]);
});

test("control keys between typed text are keys", () => {
  expect(chunk("ab\u0001c\u0017")).toEqual(["text:ab", "<ctrl+a>", "text:c", "<ctrl+w>"]);
  expect(chunk("/he\t")).toEqual(["text:/he", "<tab>"]);
  expect(chunk("ab\u00172\ncd\r")).toEqual(["text:ab", "<ctrl+w>", "text:2", "<ctrl+j>", "text:cd", "<enter>"]);
  expect(chunk("\u001f")).toEqual(["<ctrl+_>"]);
});

test("a tab inside text is text", () => {
  expect(chunk("a\tb")).toEqual(["text:a\tb"]);
});

test("several tabs in one read are several tabs", () => {
  expect(chunk("\t\t")).toEqual(["<tab>", "<tab>"]);
});

test("keys carry their modifiers; releases and super keys are nothing", () => {
  expect(strokesOf("\r", { ...noKey, return: true, shift: true })).toEqual([{ kind: "key", chord: "shift+enter" }]);
  expect(strokesOf("b", { ...noKey, meta: true })).toEqual([{ kind: "key", chord: "alt+b" }]);
  expect(strokesOf("a", { ...noKey, eventType: "release" })).toEqual([]);
  expect(strokesOf("v", { ...noKey, super: true })).toEqual([]);
});
