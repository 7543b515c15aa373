const DAY_MS = 86_400_000;

/** "today 18:20", "yesterday 18:20", "on Monday 18:20", "on 2026-03-04": when something was, as seen from `now` (Unix ms, local time). */
export function lastHere(at: number, now: number): string {
  const date = new Date(at);
  const time = `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
  const days = Math.round((startOfDay(now) - startOfDay(at)) / DAY_MS);
  if (days <= 0) return `today ${time}`;
  if (days === 1) return `yesterday ${time}`;
  if (days < 7) return `on ${date.toLocaleDateString("en", { weekday: "long" })} ${time}`;
  return `on ${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
