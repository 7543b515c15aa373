import { expect, test } from "vitest";
import { KEYS, type Terminal } from "../helpers/terminal.ts";
import { expectNothingErased, screenRig } from "./rig.ts";

const chat = screenRig({ cols: 80, rows: 24 });

test("typing: text and Enter in one write, editing keys, new lines, the cursor where the text is", async () => {
  const terminal = await chat();
  terminal.type("hello\r");
  await terminal.waitFor("heard 5 characters in 1 lines");
  terminal.type("one two");
  await terminal.waitFor("❯ one two");
  expect(terminal.cursor().x).toBe(9);
  terminal.type(`${KEYS["ctrl+w"]}2`);
  terminal.press("ctrl+j");
  terminal.type("世界");
  await terminal.waitFor((screen) => screen.includes("❯ one 2\n  世界"));
  expect(terminal.cursor().x).toBe(6);
  terminal.press("backspace");
  terminal.press("shift+enter");
  terminal.type("x");
  terminal.press("enter");
  await terminal.waitFor("heard 9 characters in 3 lines");
  terminal.press("up");
  await terminal.waitFor((screen) => screen.trimEnd().includes("❯ one 2\n  世\n  x\n  ──"));
  expectNothingErased(terminal);
});

test("a paste of 10,000 lines is one draft, with and without brackets, and is sent by Enter alone", async () => {
  const terminal = await chat();
  const lines = Array.from({ length: 10_000 }, (_, n) => `line ${n}`).join("\n");
  terminal.paste(lines);
  await terminal.waitFor("❯ [pasted 10000 lines]");
  terminal.press("enter");
  await terminal.waitFor(`heard ${lines.length} characters in 10000 lines`);
  terminal.type(lines.replaceAll("\n", "\r"));
  await terminal.waitFor(/❯ \[pasted 10000 lines\]$/m);
  expect(terminal.scrollback().match(/heard/g)).toHaveLength(1);
  expectNothingErased(terminal);
});

test("Esc stops the lead while it streams; a long stream settles once and whole", async () => {
  const terminal = await chat();
  terminal.type("do stream endlessly\r");
  await terminal.waitFor(/line \d+ of the stream/);
  terminal.press("escape");
  await terminal.waitFor("stopped here");
  terminal.type("do stream again\r");
  await terminal.waitFor("end of the stream");
  const [cut = "", whole = ""] = terminal.scrollback().split("stopped here");
  const lines = (text: string): readonly string[] => text.match(/line \d+ of the stream/g) ?? [];
  const upTo = (count: number) => Array.from({ length: count }, (_, n) => `line ${n + 1} of the stream`);
  expect(lines(cut).length).toBeGreaterThan(0);
  expect(lines(cut)).toEqual(upTo(lines(cut).length));
  expect(lines(whole)).toEqual(upTo(40));
  expectNothingErased(terminal);
});

test("200 resizes while blocks come in leave every finished block in the scrollback once, in order", async () => {
  const terminal = await chat({ cols: 100, rows: 30 });
  terminal.type("do 220 blocks\r");
  for (let count = 1; count <= 200; count += 1) {
    await terminal.waitFor(() => terminal.scrollback().includes(`block ${count}.`));
    terminal.resize(40 + ((count * 17) % 61), 8 + ((count * 7) % 23));
  }
  await terminal.waitFor("no more blocks");
  const blocks = terminal.scrollback().match(/block \d+\./g);
  expect(blocks).toEqual(Array.from({ length: 220 }, (_, n) => `block ${n + 1}.`));
  expectNothingErased(terminal);
});

test("narrowing the window leaves no ghost of the wider frame", async () => {
  const terminal = await chat({ cols: 100, rows: 40 });
  terminal.type("do ask\r");
  await terminal.waitFor("y · e · n");
  for (const cols of [80, 60, 100, 70]) {
    terminal.resize(cols, 40);
    // The last row of the frame for this width: what comes before it is there. A frame ends with its cursor placed, and
    // bytes that came after the next resize would be meant for another width.
    await terminal.waitFor(
      (screen) =>
        screen.split("\n").at(-1)?.length === cols - 2 &&
        screen.endsWith("? for help") &&
        /\u001b\[\d+G\u001b\[\?2026l$/.test(terminal.raw()),
    );
    expect(terminal.scrollback().match(/╭/g), `${cols} columns`).toHaveLength(1);
    expect(terminal.scrollback().match(/Approve/g), `${cols} columns`).toHaveLength(1);
  }
  expectNothingErased(terminal);
});

test("at 40×10 the live region stays below the height of the window, whatever it shows", async () => {
  const terminal = await chat({ cols: 40, rows: 10 });
  terminal.paste("a\n".repeat(6));
  await terminal.waitFor((screen) => screen.includes("❯ a"));
  terminal.press("ctrl+c");
  await terminal.waitFor("ctrl+c again");
  for (const [line, shown] of [
    ["do run", "Run 2"],
    ["/help", "Commands and keys"],
    ["do stream", /line \d+ of the stream/],
    ["do ask", "Approve"],
  ] as const) {
    terminal.type(`${line}\r`);
    await terminal.waitFor(shown);
  }
  await terminal.waitFor((screen) => screen.includes("Approve") && terminal.scrollback().includes("end of the stream"));
  // A frame is redrawn from its first row: none was ever 10 rows or more above its last.
  const jumps = [...terminal.raw().matchAll(/\u001b\[(\d+)A/g)].map(([, rows]) => Number(rows));
  expect(jumps.length).toBeGreaterThan(10);
  expect(Math.max(...jumps)).toBeLessThan(10);
  expect(terminal.raw()).not.toContain("\u001b[H");
  expectNothingErased(terminal);
});

test("a terminal of one column and two rows breaks nothing, and growing brings all back", async () => {
  const terminal = await chat();
  terminal.type("draft");
  await terminal.waitFor("❯ draft");
  terminal.resize(1, 2);
  await terminal.waitFor((screen) => screen === "…");
  terminal.resize(80, 24);
  await terminal.waitFor("❯ draft");
  terminal.press("enter");
  await terminal.waitFor("heard 5 characters");
});

test("500 widths in a row, from one column to 500, while the lead streams: the draft and the end are there", async () => {
  const terminal = await chat();
  terminal.type("do stream\r");
  await terminal.waitFor(/line \d+ of the stream/);
  terminal.type("draft");
  for (let cols = 1; cols <= 500; cols++) {
    terminal.resize(cols, 24);
    if (cols % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  terminal.resize(80, 24);
  await terminal.waitFor(/end of the stream[^]*❯ draft/);
  terminal.press("enter");
  await terminal.waitFor("heard 5 characters");
});

test("a question that opens while the user types takes none of the keys; later y approves", async () => {
  const terminal = await chat();
  terminal.type("do ask\r");
  await terminal.waitFor("Run approval");
  // A person answers no question within milliseconds of seeing it.
  terminal.type("y");
  terminal.type("es\r");
  await terminal.waitFor("heard 3 characters in 1 lines");
  expect(terminal.scrollback()).not.toContain("approval yes");
  await terminal.waitFor("y · e · n");
  terminal.type("y");
  await terminal.waitFor("approval yes");
});

test("quitting restores the terminal and leaves only the transcript", async () => {
  const terminal = await chat();
  terminal.type("hello\r");
  await terminal.waitFor("heard 5");
  terminal.press("ctrl+c");
  await terminal.waitFor("ctrl+c again to quit");
  terminal.press("ctrl+c");
  await expect(terminal.exited).resolves.toMatchObject({ exitCode: 0 });
  expect(terminal.screen().trimEnd()).toMatch(/heard 5 characters in 1 lines\s+the end 1$/);
  expectRestored(terminal);
});

test("a crash inside the screen restores the terminal too", async () => {
  const terminal = await chat();
  terminal.type("do crash\r");
  await expect(terminal.exited).resolves.toMatchObject({ exitCode: 1 });
  expect(terminal.raw()).toContain("planted crash");
  expectRestored(terminal);
});

function expectRestored({ raw }: Terminal): void {
  const last = (on: string, off: string): boolean => raw().lastIndexOf(off) > raw().lastIndexOf(on);
  expect(last("\u001b[?2004h", "\u001b[?2004l"), "bracketed paste off").toBe(true);
  expect(last("\u001b[?25l", "\u001b[?25h"), "cursor shown").toBe(true);
  expect(last("\u001b[?2026h", "\u001b[?2026l"), "output not held back").toBe(true);
}
