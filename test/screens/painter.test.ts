import { EventEmitter, once } from "node:events";
import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPainter, type Painter } from "../../components/screen/painter.ts";
import { cells } from "../../components/text/width.ts";
import { clipRow, type Row, row, span } from "../../components/text/rows.ts";

const require = createRequire(import.meta.url);
// Both are CommonJS and hide their names from an import.
const { Terminal: Xterm } = require("@xterm/headless") as typeof import("@xterm/headless");
const { Unicode11Addon } = require("@xterm/addon-unicode11") as typeof import("@xterm/addon-unicode11");

const SIZE = { columns: 24, rows: 10 };

type Stage = {
  readonly painter: Painter;
  /** Every row of the terminal, each character with its style. */
  readonly cellsOf: () => Promise<readonly string[]>;
  readonly text: () => Promise<string>;
  readonly cursor: () => { readonly x: number; readonly y: number };
  readonly resize: (columns: number, rows: number) => Promise<void>;
  readonly written: () => string;
  /** The terminal has this size, and nobody has said so yet. */
  readonly sizeIs: (columns: number, rows: number) => void;
  /** The terminal gets so many columns in the middle of the next bytes, behind that text. */
  readonly narrowAmid: (text: string, columns: number) => void;
  /** Some time goes by. */
  readonly rest: () => void;
};

function stage(size = SIZE): Stage {
  const term = new Xterm({ cols: size.columns, rows: size.rows, scrollback: 1000, allowProposedApi: true });
  term.loadAddon(new Unicode11Addon());
  term.unicode.activeVersion = "11";
  let written = "";
  const surface = Object.assign(new EventEmitter(), {
    columns: size.columns,
    rows: size.rows,
    getWindowSize: () => now.size,
    write(bytes: string) {
      written += bytes;
      const cut = amid === undefined ? -1 : bytes.indexOf(amid.text);
      if (amid && cut >= 0) {
        const { text: before, columns } = amid;
        amid = undefined;
        const rest = bytes.slice(cut + before.length);
        term.write(bytes.slice(0, cut + before.length), () => {
          term.resize(columns, size.rows);
          term.write(rest, () => surface.emit("written"));
        });
      } else term.write(bytes, () => surface.emit("written"));
    },
  });
  let amid: { readonly text: string; readonly columns: number } | undefined;
  const now = { ms: 0, size: [size.columns, size.rows] as readonly [number, number] };
  const painter = createPainter(surface, { TERM: "xterm-256color" }, () => now.ms);
  const settled = async (): Promise<void> => {
    await Promise.resolve();
    await new Promise<void>((done) => term.write("", done));
  };
  const lines = (): readonly number[] => Array.from({ length: term.buffer.active.length }, (_, y) => y);
  return {
    painter,
    async cellsOf() {
      await settled();
      return trimEnd(lines().map(styledLine));
    },
    async text() {
      await settled();
      return lines()
        .map((y) => term.buffer.active.getLine(y)?.translateToString(true).trimEnd() ?? "")
        .join("\n")
        .trimEnd();
    },
    cursor: () => ({ x: term.buffer.active.cursorX, y: term.buffer.active.baseY + term.buffer.active.cursorY }),
    async resize(columns, rows) {
      await settled();
      term.resize(columns, rows);
      now.size = [columns, rows];
      Object.assign(surface, { columns, rows });
      const drawnAgain = once(surface, "written");
      surface.emit("resize");
      await drawnAgain;
    },
    written: () => written,
    sizeIs: (columns, rows) => void (now.size = [columns, rows]),
    narrowAmid: (text, columns) => void (amid = { text, columns }),
    rest: () => void (now.ms += 1000),
  };

  function styledLine(y: number): string {
    const line = term.buffer.active.getLine(y);
    const characters = Array.from({ length: line?.length ?? 0 }, (_, x) => {
      const cell = line?.getCell(x);
      if (!cell || cell.getWidth() === 0) return "";
      const text = cell.getChars() || " ";
      return text === " " && !cell.isInverse() ? " " : `${text}${cell.getFgColor()}${cell.isBold()}${cell.isDim()}`;
    });
    return characters.join("").trimEnd();
  }
}

function trimEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
}

const text = fc
  .array(fc.constantFrom("a", "b ", "  ", "─", "❯", "世", "👍", "é", "e\u0301", "x\u0302", "ﬁ", "…", "\t"), {
    maxLength: 8,
  })
  .map((parts) => parts.join(""));
const style = fc.constantFrom({}, { bold: true }, { tone: "ok" as const }, { tone: "dim" as const, italic: true });
const line = fc
  .array(fc.tuple(text, style), { maxLength: 4 })
  .map((parts) => clipRow(row(...parts.map(([shown, as]) => span(shown, as))), SIZE.columns - 1));
const rows = fc.array(line, { maxLength: SIZE.rows - 1 });

const step = fc.oneof(
  rows.map((painted) => ({ do: "paint", rows: painted }) as const),
  fc.array(line, { minLength: 1, maxLength: 14 }).map((printed) => ({ do: "print", rows: printed }) as const),
  rows.map((view) => ({ do: "view", rows: view }) as const),
  fc.constant({ do: "redraw" } as const),
);

test("whatever is drawn over whatever else, the terminal shows what it would show if nothing had been there", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), rows, async (steps, last) => {
      const { painter, cellsOf, cursor } = stage();
      for (const each of steps) {
        if (each.do === "redraw") painter.redraw();
        else if (each.do === "print") painter.print(each.rows);
        else painter.paint({ rows: each.rows, cursor: cursorOf(each.rows), alternate: each.do === "view" });
        await Promise.resolve();
      }
      painter.paint({ rows: last, cursor: cursorOf(last) });
      const seen = await cellsOf();

      const fresh = stage();
      for (const each of steps) if (each.do === "print") fresh.painter.print(each.rows);
      fresh.painter.paint({ rows: last, cursor: cursorOf(last) });
      expect(seen).toEqual(await fresh.cellsOf());
      expect(cursor()).toEqual(fresh.cursor());
    }),
    { numRuns: 100 },
  );
});

function cursorOf(painted: readonly Row[]): { readonly x: number; readonly y: number } | undefined {
  const y = painted.length - 1;
  return y < 0 ? undefined : { x: painted[y]?.reduce((sum, part) => sum + cells(part.text), 0) ?? 0, y };
}

test("a window that gets narrower, wider, lower and higher has no ghost of an older frame", async () => {
  const { painter, text: seen, resize, rest } = stage({ columns: 40, rows: 12 });
  const frame = (columns: number): readonly Row[] => [row("═".repeat(columns - 1)), row("❯ draft"), row("status")];
  painter.onResize(() => painter.paint({ rows: frame(painter.size().columns), cursor: { x: 7, y: 1 } }));
  painter.print([row("printed")]);
  painter.paint({ rows: frame(40), cursor: { x: 7, y: 1 } });
  await seen();
  rest();
  for (const [columns, height] of [
    [15, 12],
    [60, 12],
    [20, 5],
    [13, 20],
    [40, 12],
  ] as const) {
    await resize(columns, height);
    expect(await seen(), `${columns}×${height}`).toBe(`printed\n${"═".repeat(columns - 1)}\n❯ draft\nstatus`);
  }
});

test("where a resize has crossed what was printed, nothing printed is lost", async () => {
  const { painter, text: seen, resize, narrowAmid } = stage({ columns: 40, rows: 12 });
  const frame = (columns: number): readonly Row[] => [row("═".repeat(columns - 1)), row("❯ draft")];
  painter.onResize(() => painter.paint({ rows: frame(painter.size().columns), cursor: { x: 7, y: 1 } }));
  narrowAmid("═".repeat(30), 15);
  painter.print([row("one"), row("two")]);
  painter.paint({ rows: frame(40), cursor: { x: 7, y: 1 } });
  await seen();
  await resize(15, 12);
  expect(await seen()).toMatch(/^one\ntwo\n/);
  expect(await seen()).toMatch(/\n═{14}\n❯ draft$/);
});

test("a typed character costs a few bytes, an unchanged frame none", async () => {
  const { painter, text: seen, written } = stage();
  const draft = (typed: string): void =>
    painter.paint({ rows: [row("title"), row("❯ ", typed), row("status")], cursor: { x: 2 + typed.length, y: 1 } });
  draft("hel");
  await seen();
  const before = written().length;
  draft("hell");
  await seen();
  expect(written().slice(before)).toBe("\u001b[6Gl\u001b[7G");
  draft("hell");
  await seen();
  expect(written().length - before).toBe("\u001b[6Gl\u001b[7G".length);
});

test("what came through without being made safe steers nothing", async () => {
  const { painter, written } = stage();
  painter.print([row("a\u001b[2Jb\u009bc\u0007d")]);
  await Promise.resolve();
  expect(written()).toContain("a[2Jbcd");
});

test("while somebody else has the terminal nothing is written; then what settled meanwhile is printed", async () => {
  const { painter, text: seen, written } = stage();
  painter.paint({ rows: [row("frame")], cursor: { x: 0, y: 0 } });
  await seen();
  await painter.handOver(async () => {
    expect(await seen()).toBe("");
    const before = written();
    painter.print([row("settled")]);
    painter.paint({ rows: [row("new frame")], cursor: { x: 0, y: 0 } });
    await Promise.resolve();
    expect(written()).toBe(before);
  });
  expect(await seen()).toBe("settled\nnew frame");
});

test("the end leaves what was printed and the last frame, and the cursor below them", async () => {
  const { painter, text: seen, cursor } = stage();
  painter.paint({ rows: [row("view")], cursor: undefined, alternate: true });
  await seen();
  painter.print([row("settled")]);
  painter.end();
  expect(await seen()).toBe("settled");
  expect(cursor()).toEqual({ x: 0, y: 1 });

  const resizing = stage();
  resizing.painter.print([row("settled")]);
  resizing.sizeIs(SIZE.columns + 1, SIZE.rows);
  resizing.painter.end();
  expect(await resizing.text(), "word of a resize is on its way").toBe("settled");

  const run = stage();
  run.painter.paint({ rows: [row("card"), row("of a run")], cursor: undefined });
  run.painter.end();
  expect(await run.text()).toBe("card\nof a run");
  expect(run.cursor()).toEqual({ x: 0, y: 2 });
  expect(run.written()).toMatch(/\u001b\[\?25h$/);
});
