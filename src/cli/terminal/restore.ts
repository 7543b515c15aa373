import { writeSync } from "node:fs";

/** What the chat asks of a terminal beside what the screen does: its title kept aside, and word of when it has the focus. */
const ENTER = "\u001b[22;0t\u001b[?1004h";
const LEAVE = "\u001b[?1004l\u001b]2;\u0007\u001b[23;0t";
// 1047 and not 1049, which would also put the cursor where it was when a view was last opened.
/** The line of the cursor and those below it, which the screen was drawn in, empty; no mouse, no bracketed paste, main screen, no kitty keys, a visible cursor, plain colours. */
const AFTER_SCREEN =
  "\r\u001b[J\u001b[?1000;1002;1003;1006l\u001b[?2004l\u001b[?1047l\u001b[<u\u001b[?25h\u001b[?2026l\u001b[0m";

let entered = false;
let drawing = false;

/** Takes the terminal over. Whatever ends the program, `restoreTerminal` gives it back. */
export function enterTerminal(): void {
  if (entered) return;
  entered = true;
  write(ENTER);
}

/** While a screen is drawn, the modes that it sets are to be taken back, too. */
export function setDrawing(isDrawn: boolean): void {
  drawing = isDrawn;
}

/** Leaves the terminal as it was found. Synchronous, harmless when called twice, and never throws. */
export function restoreTerminal(): void {
  try {
    if (process.stdin.isRaw) process.stdin.setRawMode(false);
  } catch {
    // the terminal is gone
  }
  write((drawing ? AFTER_SCREEN : "") + (entered ? LEAVE : ""));
  drawing = false;
  entered = false;
}

function write(text: string): void {
  try {
    if (text !== "" && process.stdout.isTTY) writeSync(1, text);
  } catch {
    // the terminal is gone, and with it what was to be restored
  }
}
