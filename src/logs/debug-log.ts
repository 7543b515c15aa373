import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunRecord } from "../core/run/events.ts";

export type DebugLog = {
  readonly streamed: (agent: string, delta: { readonly kind: string; readonly text: string }) => void;
  readonly heard: (record: RunRecord) => void;
  /** Resolves when all of it so far is written. */
  readonly settle: () => Promise<void>;
};

const FLUSH_MS = 250;

/** streaming_debug.log: every piece of text as it came in. It is not in the journal, so nothing can make it again. */
export function openDebugLog(options: {
  readonly attempt: () => string;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}): DebugLog {
  let pending = "";
  let timer: NodeJS.Timeout | undefined;
  let queue = Promise.resolve();

  function add(agent: string, what: string): void {
    pending += `${clock(options.now())} | 🔹 [${agent}] ${what}\n`;
    timer ??= setTimeout(flush, FLUSH_MS);
    timer.unref();
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const text = pending;
    pending = "";
    if (text !== "")
      queue = queue
        .then(() => appendFile(join(options.attempt(), "streaming_debug.log"), text))
        .catch(options.onFailure);
  }

  return {
    streamed(agent, { kind, text }) {
      if (text !== "") add(agent, `Yielding chunk: ${kind} ${JSON.stringify(text)}`);
    },
    heard(record) {
      if (record.type === "tool_started")
        add(record.agent, `Tool call: ${record.call.name} ${spaced(record.call.input)}`);
      if (record.type === "tool_finished")
        add(record.agent, `Tool result: ${record.name} ${JSON.stringify(record.output)}`);
    },
    async settle() {
      flush();
      await queue;
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
