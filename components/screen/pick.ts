/** How far a key moves what is picked in a list. */
export function pickBy(chord: string): number {
  return { up: -1, down: 1, pageup: -10, pagedown: 10, "shift+tab": -1, tab: 1 }[chord] ?? 0;
}

export function moved(picked: number, by: number, count: number): number {
  return Math.max(0, Math.min(count - 1, picked + by));
}
