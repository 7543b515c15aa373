import { setTimeout as sleep } from "node:timers/promises";
import type { Player } from "./draft.ts";
import { chance } from "./words.ts";

/** When deltas come: milliseconds before the first one, and before each one. */
export type Pace = { readonly latencyMs: number; readonly deltaMs: number };

/** Without a wish, a reply takes about this long at most, however long its text is. */
const REPLY_MS = 1500;
const DELTA_MS = 20;
/** A word and the blank after it, in tokens. */
const TOKENS_PER_DELTA = 1.3;

/**
 * `tokens_per_second` is a fixed speed, 0 means no waiting at all; `latency_ms` is the time to the first delta.
 * Anything else than a number ≥ 0 counts as not given.
 */
export function paceOf(
  options: Readonly<Record<string, unknown>>,
  { agentId, seed }: Player,
  replyId: string,
  deltas: number,
): Pace {
  const speed = wish(options["tokens_per_second"]);
  if (speed === 0) return { latencyMs: 0, deltaMs: 0 };
  const jitter = chance(seed, agentId, "pace", replyId);
  const latencyMs = wish(options["latency_ms"]) ?? 150 + 300 * jitter;
  if (speed !== undefined) return { latencyMs, deltaMs: (1000 * TOKENS_PER_DELTA) / speed };
  const usual = DELTA_MS * (0.7 + 0.6 * jitter);
  return { latencyMs, deltaMs: Math.min(usual, REPLY_MS / Math.max(1, deltas)) };
}

/** Words with the white space after them: together exactly the text. */
export function deltasOf(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** Waits, and throws the signal's reason as soon as it aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms < 1) return;
  await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

/** Waits for the next delta of a stream that began when this was called. Short waits add up, so that the speed is kept. */
export function beat(deltaMs: number): (signal: AbortSignal) => Promise<void> {
  let due = performance.now();
  return async (signal) => {
    due += deltaMs;
    await pause(due - performance.now(), signal);
  };
}

/** Never resolves; throws the signal's reason when it aborts. */
export async function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}

function wish(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && Number.isFinite(value) ? value : undefined;
}
