import { join } from "node:path";
import type { RunRecord } from "../core/run/events.ts";
import { openRotatingFile } from "./rotating-file.ts";

export type DebugLog = {
  readonly streamed: (agent: string, delta: { readonly kind: string; readonly text: string }) => void;
  readonly heard: (record: RunRecord) => void;
  /** Resolves when all of it so far is written. */
  readonly settle: () => Promise<void>;
};

const MB = 1024 * 1024;

/**
 * What only `--debug` keeps: every piece of text as it came in (streaming_debug.log, which nothing can make again), and
 * every event in full (massgen_debug.log).
 */
export function openDebugLog(options: {
  readonly attempt: () => string;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}): DebugLog {
  const { attempt, now, onFailure } = options;
  const chunks = openRotatingFile(() => join(attempt(), "streaming_debug.log"), { maxBytes: 50 * MB, onFailure });
  const events = openRotatingFile(() => join(attempt(), "massgen_debug.log"), { maxBytes: 100 * MB, onFailure });
  const add = (agent: string, what: string): void => chunks.write(`${clock(now())} | 🔹 [${agent}] ${what}\n`);

  return {
    streamed(agent, { kind, text }) {
      if (text !== "") add(agent, `Yielding chunk: ${kind} ${JSON.stringify(text)}`);
    },
    heard(record) {
      const { type, at, ...rest } = record;
      events.write(`${clock(at)} | DEBUG | ${type} | ${JSON.stringify(rest)}\n`);
      if (record.type === "tool_started")
        add(record.agent, `Tool call: ${record.call.name} ${spaced(record.call.input)}`);
      if (record.type === "tool_finished")
        add(record.agent, `Tool result: ${record.name} ${JSON.stringify(record.output)}`);
    },
    async settle() {
      await Promise.all([chunks.settle(), events.settle()]);
    },
  };
}

/** One line with a blank after each colon, as those who search for `"command": "` expect. */
function spaced(value: unknown): string {
  return (JSON.stringify(value, undefined, 1) ?? "null").replace(/\n\s*/g, " ");
}

/** HH:mm:ss.SSS in local time. */
function clock(at: number): string {
  const date = new Date(at);
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
