import { ansiRow, changeRow, sameRow, trimRow } from "../text/ansi-row.ts";
import type { Row } from "../text/rows.ts";
import { palette } from "../theme.ts";
import type { Layout } from "./layout.ts";
import { addedRows, breaksLinesAnew } from "./refit.ts";
import type { Size } from "./shell.ts";

const SYNC = { begin: "\u001b[?2026h", end: "\u001b[?2026l" };
const CURSOR = { show: "\u001b[?25h", hide: "\u001b[?25l" };
const ALTERNATE = { enter: "\u001b[?1049h\u001b[H", leave: "\u001b[?1049l" };
const HOME = "\u001b[H";
const ERASE_DOWN = "\u001b[J";
const UP = "A";
const DOWN = "B";
/**
 * A window that is being resized gets no frame until it has been left alone for so long: what is meant for one width
 * and arrives in another goes to the wrong rows.
 */
const SETTLE_MS = 50;
/** Word of a resize that comes so soon after something was printed may have crossed it on the way. */
const CROSSED_MS = 250;

/** What a painter needs of a terminal; process.stdout is one. */
export type Surface = {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** Columns and rows as they are at this moment, which word of a resize may only be on its way of. */
  readonly getWindowSize?: () => readonly [number, number];
  readonly write: (bytes: string) => unknown;
  readonly on: (event: "resize", listener: () => void) => unknown;
  readonly off: (event: "resize", listener: () => void) => unknown;
};

/**
 * Draws on a terminal, inline. Ink would build, measure and cut up every row for every frame; here the rows are made
 * already, so a frame costs what changed in it. What is asked for in one go is written once, in a microtask.
 */
export type Painter = {
  /** 80×24 for a terminal that does not say. */
  readonly size: () => Size;
  /** Calls back after every resize, with nothing drawn; returns what ends that. */
  readonly onResize: (listener: () => void) => () => void;
  /** Rows that stay: above the live region, and from then on the terminal's. Kept back while a view has the window. */
  readonly print: (rows: readonly Row[]) => void;
  /** The live region from now on: fewer rows than the window has, each narrower than it. */
  readonly paint: (layout: Layout) => void;
  /** Draws everything again, whatever the terminal shows. */
  readonly redraw: () => void;
  /** For what moves no cursor, such as the clipboard: past the frame, at once. */
  readonly send: (bytes: string) => void;
  /** Takes the frame away, lets somebody else have the terminal, and draws it again. */
  readonly handOver: (work: () => Promise<void>) => Promise<void>;
  /** Draws what is still due, and leaves the cursor below it. */
  readonly end: () => void;
};

type Drawn = {
  readonly rows: readonly Row[];
  /** The row of the frame that the cursor of the terminal is in. */
  readonly at: number;
};

const NOTHING: Drawn = { rows: [], at: 0 };

/** `now` is milliseconds since whenever. */
export function createPainter(
  surface: Surface,
  env: Readonly<Record<string, string | undefined>>,
  now = (): number => performance.now(),
): Painter {
  const reflows = breaksLinesAnew(env);
  let wanted: Layout = { rows: [], cursor: undefined };
  let unprinted: Row[] = [];
  let drawn = NOTHING;
  let drawnAt = size().columns;
  let placed: Layout["cursor"];
  let [alternate, hidden, stale, due, away, ended] = [false, false, false, false, false, false];
  let settling: ReturnType<typeof setTimeout> | undefined;
  let printedAt = -Infinity;
  let crossed = false;
  surface.on("resize", resized);
  const unfollow = palette.subscribe(redraw);

  function size(): Size {
    return { columns: Math.max(1, surface.columns ?? 80), rows: Math.max(1, surface.rows ?? 24) };
  }

  function schedule(): void {
    if (due || away || ended || settling !== undefined) return;
    due = true;
    queueMicrotask(flush);
  }

  function flush(): void {
    due = false;
    if (away || ended || settling !== undefined) return;
    if (isResizing()) resized();
    else draw();
  }

  function draw(): void {
    const { bytes, rows } = frame();
    const all = bytes + cursor(bytes === "");
    if (all !== "") surface.write(rows > 1 ? SYNC.begin + all + SYNC.end : all);
  }

  /** What brings the terminal from what is drawn to what is wanted, and how many rows it touches. */
  function frame(): { readonly bytes: string; readonly rows: number } {
    const { columns } = size();
    let bytes = "";
    let touched = 0;
    if (stale) {
      bytes += erase();
      stale = false;
      touched = Infinity;
    }
    if ((wanted.alternate ?? false) !== alternate) {
      bytes += alternate ? ALTERNATE.leave : erase() + ALTERNATE.enter;
      alternate = !alternate;
      drawn = NOTHING;
      touched = Infinity;
    }
    if (unprinted.length > 0 && !alternate) {
      // Erased and not just written over: a terminal remembers of a row that it once went on in the next one.
      bytes += erase() + unprinted.map((line) => `${ansiRow(trimRow(line))}\r\n`).join("");
      unprinted = [];
      printedAt = now();
      touched = Infinity;
    }
    const rows = wanted.rows.map(trimRow);
    const old = drawn.rows;
    for (const [index, line] of rows.entries()) {
      const before = old[index];
      if (before && sameRow(before, line)) continue;
      touched += 1;
      if (before || index === 0) bytes += toRow(index) + (before ? changeRow(before, line) : `\r${ansiRow(line)}`);
      else bytes += `${toRow(index - 1)}\r\n${ansiRow(line)}`;
      drawn = { ...drawn, at: index };
    }
    if (old.length > rows.length) {
      touched += 1;
      bytes += `${toRow(rows.length)}\r${ERASE_DOWN}`;
    }
    drawnAt = columns;
    drawn = { rows, at: drawn.at };
    return { bytes, rows: touched };
  }

  function cursor(isInPlace: boolean): string {
    const { cursor: to } = wanted;
    const before = placed;
    placed = to;
    if (to === undefined) {
      const hide = hidden ? "" : CURSOR.hide;
      hidden = true;
      return hide;
    }
    const show = hidden ? CURSOR.show : "";
    hidden = false;
    if (isInPlace && before?.x === to.x && before.y === to.y) return show;
    return `${toRow(to.y)}\u001b[${to.x + 1}G${show}`;
  }

  /** Moves to a row of the frame that is there already; the column stays. */
  function toRow(row: number): string {
    const by = row - drawn.at;
    drawn = { ...drawn, at: row };
    if (by === 0) return "";
    return `\u001b[${Math.abs(by)}${by < 0 ? UP : DOWN}`;
  }

  /** Takes the frame away; the cursor is where it began. */
  function erase(): string {
    const bytes = alternate ? HOME + ERASE_DOWN : `${toRow(0)}\r${ERASE_DOWN}`;
    drawn = NOTHING;
    placed = undefined;
    return bytes;
  }

  function isResizing(): boolean {
    const size = surface.getWindowSize?.();
    return size !== undefined && (size[0] !== surface.columns || size[1] !== surface.rows);
  }

  function resized(): void {
    if (settling === undefined) crossed = now() - printedAt < CROSSED_MS;
    clearTimeout(settling);
    settling = setTimeout(settled, SETTLE_MS);
  }

  /** The terminal has moved, cut or broken the rows: everything is drawn again, from where the frame begins now. */
  function settled(): void {
    clearTimeout(settling);
    settling = undefined;
    // Where it is not sure which rows were broken: rather a row too many of an old frame than one too few of what was printed.
    const isBroken = reflows && !alternate && !crossed;
    const more = isBroken ? addedRows(drawn.rows.slice(0, drawn.at), drawnAt, size().columns) : 0;
    drawn = { ...drawn, at: drawn.at + more };
    redraw();
  }

  /** Without waiting: there will be no later. */
  function settle(): void {
    if (settling !== undefined) settled();
  }

  function redraw(): void {
    stale = true;
    schedule();
  }

  return {
    size,
    onResize(listener) {
      surface.on("resize", listener);
      return () => void surface.off("resize", listener);
    },
    print(rows) {
      // Not pushed: a call takes so many arguments, and a patch may have more lines.
      unprinted = [...unprinted, ...rows];
      schedule();
    },
    paint(layout) {
      wanted = layout;
      schedule();
    },
    redraw,
    send: (bytes) => void surface.write(bytes),
    async handOver(work) {
      settle();
      flush();
      surface.write(erase() + (alternate ? ALTERNATE.leave : "") + (hidden ? CURSOR.show : ""));
      [alternate, hidden, away] = [false, false, true];
      try {
        await work();
      } finally {
        away = false;
        schedule();
      }
    },
    end() {
      if (ended) return;
      away = false;
      settle();
      if (alternate) wanted = { rows: [], cursor: undefined };
      draw();
      const last = drawn.rows.length - 1;
      const below = last < 0 ? "" : `${toRow(last)}\r\n`;
      surface.write(below + (hidden ? CURSOR.show : ""));
      ended = true;
      surface.off("resize", resized);
      unfollow();
    },
  };
}
