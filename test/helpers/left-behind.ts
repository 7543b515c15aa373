import { readFileSync } from "node:fs";

/** Of modes of the terminal that were switched on, those that were not switched off again. */
export function leftOn(raw: string): string[] {
  const pairs = [
    ["\u001b[?2004h", "\u001b[?2004l"],
    ["\u001b[?1004h", "\u001b[?1004l"],
    ["\u001b[?25l", "\u001b[?25h"],
    ["\u001b[?1049h", "\u001b[?1049l"],
    ["\u001b[22;0t", "\u001b[23;0t"],
  ] as const;
  return pairs.flatMap(([on, off]) => (raw.lastIndexOf(on) > raw.lastIndexOf(off) ? [on.slice(1)] : []));
}

/** The first process below this one. Linux. */
export function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}
