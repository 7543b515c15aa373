import { setTimeout as wait } from "node:timers/promises";
import { type Fault, FaultError, toFault } from "../core/fault.ts";
import type { ModelClient, ModelEvent } from "../core/model.ts";
import { formatDuration } from "../core/text.ts";

export type RetryOptions = {
  /** Milliseconds: the longest first wait. It doubles with every attempt, up to 30 times as much. */
  readonly baseMs?: number | undefined;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
};

const MAX_ATTEMPTS = 4;
/** A server that asks for more than this (milliseconds) is not waited for. */
const LONGEST_WAIT = 60_000;

/** How often a failed call may be repeated because of this fault. */
function repeats(code: Fault["code"]): number {
  switch (code) {
    case "rate_limit":
    case "overloaded":
    case "network":
      return MAX_ATTEMPTS - 1;
    case "timeout":
    case "bad_response":
      return 1;
    default:
      return 0;
  }
}

/**
 * Milliseconds before retry number `retry` (from 1): anything up to 1, 2, 4, … times `baseMs`, so that agents that
 * failed together do not come back together. What the server asked for comes on top.
 */
export function retryDelay(retry: number, fault: Fault, baseMs: number, random: number): number {
  const ceiling = Math.min(baseMs * 30, baseMs * 2 ** (retry - 1));
  return Math.round((fault.retryAfterMs ?? 0) + random * ceiling);
}

/** The client with up to three more tries, each of them announced by a `retry` event before the wait. */
export function withRetry(client: ModelClient, options: RetryOptions = {}): ModelClient {
  const { baseMs = 1000, random = Math.random, sleep = sleepMs } = options;

  async function* stream(...[request, signal]: Parameters<ModelClient["stream"]>): AsyncGenerator<ModelEvent> {
    const failures = new Map<Fault["code"], number>();
    for (let attempt = 1; ; attempt += 1) {
      try {
        yield* client.stream(request, signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        const fault = toFault(error);
        const failed = (failures.get(fault.code) ?? 0) + 1;
        failures.set(fault.code, failed);
        if (attempt === MAX_ATTEMPTS || failed > repeats(fault.code)) throw error;
        if ((fault.retryAfterMs ?? 0) > LONGEST_WAIT) throw new FaultError(tooLong(fault), { cause: error });
        const delayMs = retryDelay(attempt, fault, baseMs, random());
        yield { type: "retry", attempt: attempt + 1, maxAttempts: MAX_ATTEMPTS, delayMs, fault };
        await sleep(delayMs, signal);
      }
    }
  }
  return { ...client, stream };
}

function tooLong(fault: Fault): Fault {
  const delay = formatDuration(fault.retryAfterMs ?? 0);
  return { ...fault, hint: `The provider asks to wait ${delay}. Try again after that, or use another model.` };
}

async function sleepMs(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted(); // the reason for the abort, not the timer's own error
    throw error;
  }
}
