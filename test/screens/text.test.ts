import fc from "fast-check";
import { expect, test } from "vitest";
import { loadHighlighter } from "../../components/text/highlight.ts";
import { blockEnds } from "../../components/text/block-ends.ts";
import { markdownRows } from "../../components/text/markdown.ts";
import { clipRow, type Row, rowCells, span } from "../../components/text/rows.ts";
import { cells, graphemes, safe } from "../../components/text/width.ts";
import { wrap } from "../../components/text/wrap.ts";
import { detailsBody } from "../../components/views/details-view.ts";
import { createLeadTail } from "../../components/chat/lead-tail.ts";
import { textOf } from "./views.ts";

const md = (text: string, width = 40): string => textOf(markdownRows(text, width));

test("headings, emphasis, code, links and rules", () => {
  const text =
    "# Title\n\nA **bold** and *slanted* `code` with [a link](http://x.y) and http://z.\n\n---\n\n~~gone~~ &amp; a < b";
  expect(md(text, 60)).toMatchInlineSnapshot(`
    "Title

    A bold and slanted code with a link (http://x.y) and
    http://z.

    ────────────────────────────────────────

    gone & a < b"
  `);
});

test("lists nest, number and keep their hanging indent", () => {
  expect(md("1. first item that is rather long and wraps\n2. second\n   - inner\n   - [x] done\n10. tenth", 24))
    .toMatchInlineSnapshot(`
    "1. first item that is
       rather long and wraps
    2. second
       • inner
       • [x] done
    3. tenth"
  `);
});

test("code keeps its lines behind a gutter, too long ones go on below", () => {
  expect(md("```ts\nconst a = 1;\n\n  if (a) { return somethingThatIsLong; }\n```", 24)).toMatchInlineSnapshot(`
    "│ const a = 1;
    │
    │   if (a) { return some
    │ thingThatIsLong; }"
  `);
});

test("a table that fits is a table, one that does not turns vertical", () => {
  const table = "| Name | Size |\n|---|--:|\n| ws | 8 kB |\n| socket.io | 120 kB |";
  expect(md(table, 40)).toMatchInlineSnapshot(`
    "Name      │   Size
    ──────────┼───────
    ws        │   8 kB
    socket.io │ 120 kB"
  `);
  expect(md(table, 14)).toMatchInlineSnapshot(`
    "Name: ws
    Size: 8 kB

    Name:
      socket.io
    Size: 120 kB"
  `);
});

test("a table that is a little too wide wraps its longest cells", () => {
  const table =
    "| File | Why it matters |\n|---|---|\n| handler.ts | one handler per connection, and its heartbeat |\n| ws.test.ts | **covers** reconnects |";
  expect(md(table, 36)).toMatchInlineSnapshot(`
    "File       │ Why it matters
    ───────────┼────────────────────────
    handler.ts │ one handler per
               │ connection, and its
               │ heartbeat
    ws.test.ts │ covers reconnects"
  `);
  const long = `| a | b |\n|---|---|\n| ${"word ".repeat(200)}| ${"x".repeat(500)} |`;
  for (const line of md(long, 40).split("\n")) expect(cells(line)).toBeLessThanOrEqual(40);
});

test("the signs of a patch get its colours, in a fence and in what a tool said", () => {
  const patch = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n same";
  const tones = (rows: readonly Row[]): readonly unknown[] => rows.map((line) => line.at(-1)?.tone);
  expect(tones(markdownRows(`\`\`\`diff\n${patch}\n\`\`\``, 40))).toEqual([
    undefined,
    undefined,
    "accent",
    "failed",
    "ok",
    undefined,
  ]);
  const call = { name: "diff", summary: "diff x", output: patch, failed: false, durationMs: 10 };
  expect(tones(detailsBody([call], 40)).slice(1)).toEqual([undefined, undefined, "accent", "failed", "ok", undefined]);
  expect(tones(markdownRows(`\`\`\`\n${patch}\n\`\`\``, 40))).not.toContain("ok");
});

test("code is coloured once its grammars are there, and the same characters either way", async () => {
  const fence = "```ts\nconst port: number = 8080; // where it listens\n/* two\nlines */\n```";
  const plain = md(fence, 50);
  await loadHighlighter();
  const rows = markdownRows(fence, 50);
  expect(textOf(rows)).toBe(plain);
  const toneOf = (text: string): unknown => rows.flat().find((part) => part.text.includes(text))?.tone;
  expect(["const", "8080", "// where", "two", "lines"].map(toneOf)).toEqual(["accent", "warn", "dim", "dim", "dim"]);
  expect(
    markdownRows(fence.slice(0, -3), 50)
      .flat()
      .map(({ tone }) => tone),
  ).not.toContain("accent");
  expect(md("```nosuch\nconst x = 1\n```")).toBe("│ const x = 1");
});

test("quotes are marked, tables of wide characters line up", () => {
  expect(md("> quoted words that wrap around\n> here", 20)).toMatchInlineSnapshot(`
    "│ quoted words that
    │ wrap around
    │ here"
  `);
  expect(md("| 名前 | b |\n|---|---|\n| x | 世界です |")).toMatchInlineSnapshot(`
    "名前 │ b
    ─────┼─────────
    x    │ 世界です"
  `);
});

test("an unclosed fence is code to the end, so a growing text does not jump", () => {
  expect(md("text\n\n```\na **b**")).toContain("│ a **b**");
});

test("no escape sequence, bidi override or emoji joiner survives", () => {
  const text = md("a\u001b[31mred\u001b]52;c;AAAA\u0007 \u202eevil `\u001b[2J` ⚠️ 👩‍👩‍👧 1️⃣ 👍🏽", 60);
  expect(text).toBe("a[31mred]52;c;AAAA evil [2J ⚠ 👩👩👧 1 👍");
});

test("nesting that would exhaust the stack is shown as it is", () => {
  expect(markdownRows(">".repeat(20_000), 40).length).toBeGreaterThan(100);
});

test("any markdown stays within its width and never throws", () => {
  const piece = fc.constantFrom(
    "# ",
    "- ",
    "1. ",
    "> ",
    "```\n",
    "| a | b |\n|--|--|\n",
    "**",
    "`",
    "\n",
    "\n\n",
    "    ",
    "世界",
    "👩‍👩‍👧",
    "word ",
    "averyveryverylongword",
    "[x](y)",
    "\u001b[2J",
    "\t",
    "---\n",
    "<b>",
    "&lt;",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 12, max: 60 }), (parts, width) => {
      for (const line of markdownRows(parts.join(""), width)) expect(rowCells(line)).toBeLessThanOrEqual(width);
    }),
    { numRuns: 300 },
  );
});

test("wrapping keeps every character but blanks, in rows of at most the width", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), fc.integer({ min: 2, max: 30 }), (text, width) => {
      const rows = wrap([span(safe(text)), span("x", { bold: true })], width);
      // A single character may be wider than all there is.
      const several = rows.filter((line) => graphemes(textOf([line])).length > 1);
      for (const line of several) expect(rowCells(line)).toBeLessThanOrEqual(width);
      const squeeze = (all: string): string => all.replace(/\s/g, "");
      expect(squeeze(textOf(rows))).toBe(squeeze(`${safe(text)}x`));
    }),
    { numRuns: 300 },
  );
});

test("a word in two styles is not broken between them", () => {
  expect(textOf(wrap([span("one "), span("tw", { bold: true }), span("o")], 6))).toBe("one\ntwo");
});

test("cutting shows that something was cut and never exceeds the width", () => {
  expect(textOf([clipRow([span("世界世界"), span("abc")], 6)])).toBe("世界…");
  expect(textOf([clipRow([span("fits")], 4)])).toBe("fits");
});

test("a block of a growing text has ended when the next one has begun, outside a fence and outside a list", () => {
  expect(blockEnds("one\n\ntwo")).toEqual([5]);
  expect(blockEnds("one\n\n")).toEqual([]);
  expect(blockEnds("one\n\n\ntwo\n\n  still two?")).toEqual([6]);
  expect(blockEnds("one\n\n```\ncode\n\nmore")).toEqual([5]);
  expect(blockEnds("```\ncode\n\nmore\n```\n\nrest")).toEqual([20]);
  expect(blockEnds("1. a\n\n2. b\n\n   of b\n\nend")).toEqual([21]);
  // It may yet become the third item.
  expect(blockEnds("1. a\n\n2. b\n\n3")).toEqual([]);
  expect(blockEnds("no end")).toEqual([]);
});

test("the tail of a growing text ends like the whole text does", () => {
  const text = Array.from(
    { length: 60 },
    (_, n) => `## part ${n}\n\n- a\n- b **bold**\n\n\`\`\`\ncode ${n}\n\nmore\n\`\`\`\n`,
  ).join("\n");
  const tail = createLeadTail();
  for (let end = 10; end < text.length; end += 97) tail(text.slice(0, end), 60, 20);
  const whole = textOf(markdownRows(text, 60)).split("\n").slice(-20);
  expect(
    textOf(tail(text, 60, 20))
      .split("\n")
      .slice(-20)
      .map((line) => line.slice(2)),
  ).toEqual(whole);
});

test("a megabyte without a line break is laid out in a moment", () => {
  expect(markdownRows("x".repeat(1_000_000), 80)).toHaveLength(12_500);
});
