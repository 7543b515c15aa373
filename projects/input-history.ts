import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic } from "./atomic-write.ts";
import { diskFault, errorCode } from "./disk-fault.ts";
import { withLock } from "./lock.ts";

export type InputHistory = {
  /** What was there when it was opened, oldest first, at most 2,000 lines. */
  readonly lines: readonly string[];
  /** Keeps a line for the sessions to come. Never throws, and does nothing for blank lines, repetitions and whole documents. */
  readonly append: (line: string) => void;
  /** Resolves when every line so far is kept. Rejects with FaultError when one could not be: it is given up. */
  readonly flush: () => Promise<void>;
};

const KEPT = 2000;
/** The file is cut back to `KEPT` lines when it has grown by this many. */
const SLACK = 500;
const LONGEST = 64 * 1024;

/** The lines that a user typed, in all sessions of all programs. `dir` need not exist; nothing is created before a line is kept. */
export async function openInputHistory(dir: string): Promise<InputHistory> {
  const path = join(dir, "input-history.jsonl");
  const lines = parseLines(await readText(path)).slice(-KEPT);
  let previous = lines.at(-1);
  let queue = Promise.resolve();
  let failure: unknown;
  return {
    lines,
    append(line) {
      if (line.trim() === "" || line === previous || line.length > LONGEST) return;
      previous = line;
      queue = queue.then(() =>
        keep(dir, path, line).catch((error: unknown) => {
          failure = error;
        }),
      );
    },
    async flush() {
      await queue;
      const failed = failure;
      failure = undefined;
      if (failed !== undefined) throw diskFault(failed, "write", path);
    },
  };
}

/** Under a lock: a line that another program adds must not get lost while this one cuts the file back. */
async function keep(dir: string, path: string, line: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await withLock(`${path}.lock`, async () => {
    const text = await readText(path);
    // A torn last line would swallow this one.
    const gap = text === "" || text.endsWith("\n") ? "" : "\n";
    await appendFile(path, `${gap}${JSON.stringify(line)}\n`, { mode: 0o600 });
    if (text.split("\n").length <= KEPT + SLACK) return;
    const kept = parseLines(await readText(path)).slice(-KEPT);
    await writeAtomic(path, kept.map((entry) => `${JSON.stringify(entry)}\n`).join(""), { mode: 0o600 });
  });
}

function parseLines(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === "string" ? [value] : [];
    } catch {
      return [];
    }
  });
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    throw diskFault(error, "read", path);
  });
}
