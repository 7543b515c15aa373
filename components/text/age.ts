import { formatDuration } from "../../src/core/text.ts";

/** A duration that is counted up on the screen: whole seconds, so that it changes at most once a second. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}
