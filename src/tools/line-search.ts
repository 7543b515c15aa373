import vm from "node:vm";
import { FaultError } from "../core/fault.ts";
import type { Place } from "../workspace/places.ts";
import { openReadIn } from "../workspace/safe-handle.ts";
import { isText } from "./text-file.ts";

export type Query = {
  readonly text: string;
  readonly regex: boolean;
  /** A query without a capital letter finds capitals too. */
  readonly ignoreCase: boolean;
};

export type LineMatch = { readonly path: string; readonly line: number; readonly text: string };

/** Larger files are data, not something to read. */
export const MAX_SEARCHED_BYTES = 1024 * 1024;

const TIMEOUT_MS = 2000;
const AT_ONCE = 16;

/** Those of `texts` that match. Throws FaultError "tool" for a regular expression that is not valid or takes too long. */
export function filterMatching(texts: readonly string[], query: Query): readonly string[] {
  const matches = createMatcher(query);
  return limited(query, () => texts.filter(matches))();
}

/** The first `max` matching lines of the files, in their order. Files that are not text or cannot be opened are passed over. */
export async function searchLines(
  places: readonly Place[],
  paths: readonly string[],
  query: Query,
  options: { readonly max: number; readonly signal: AbortSignal },
): Promise<readonly LineMatch[]> {
  const find = createFinder(query);
  const found: LineMatch[] = [];
  for (let at = 0; at < paths.length && found.length < options.max; at += AT_ONCE) {
    options.signal.throwIfAborted();
    const batch = paths.slice(at, at + AT_ONCE);
    const texts = await Promise.all(batch.map((path) => readSearchable(places, path)));
    for (const [index, path] of batch.entries()) {
      for (const match of find(texts[index] ?? "")) found.push({ path, ...match });
    }
  }
  return found.slice(0, options.max);
}

type Found = { readonly line: number; readonly text: string };

function createFinder(query: Query): (text: string) => readonly Found[] {
  const matches = createMatcher(query);
  const find = limited(query, (text: string): readonly Found[] =>
    text
      .replaceAll("\r\n", "\n")
      .split("\n")
      .flatMap((line, index) => (matches(line) ? [{ line: index + 1, text: line }] : [])),
  );
  return query.regex ? find : (text) => (matches(text) ? find(text) : []);
}

function createMatcher({ text, regex, ignoreCase }: Query): (line: string) => boolean {
  if (!regex) {
    const wanted = ignoreCase ? text.toLowerCase() : text;
    return (line) => (ignoreCase ? line.toLowerCase() : line).includes(wanted);
  }
  try {
    const pattern = new RegExp(text, ignoreCase ? "i" : "");
    return (line) => pattern.test(line);
  } catch (error) {
    throw new FaultError(
      {
        code: "tool",
        message: error instanceof Error ? error.message : String(error),
        hint: "Correct the regular expression, or leave regex out to search for the text as it is.",
      },
      { cause: error },
    );
  }
}

/** A pattern such as (a+)+$ can take years, and only V8 itself can stop it: a regular expression runs under its watch. */
function limited<Input extends readonly unknown[], Result>(
  { regex }: Query,
  compute: (...input: Input) => Result,
): (...input: Input) => Result {
  if (!regex) return compute;
  const sandbox: { input: readonly unknown[]; compute: unknown } = { input: [], compute };
  const context = vm.createContext(sandbox);
  const script = new vm.Script("compute(...input)");
  return (...input) => {
    sandbox.input = input;
    try {
      return script.runInContext(context, { timeout: TIMEOUT_MS }) as Result;
    } catch (error) {
      if (!isTimeout(error)) throw error;
      throw new FaultError(
        {
          code: "tool",
          message: `The regular expression took longer than ${TIMEOUT_MS / 1000} s on one file`,
          hint: "Use a simpler one: no repetition inside a repetition.",
        },
        { cause: error },
      );
    }
  };
}

/** The error comes from the context's own realm: it is no instance of our Error. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}

async function readSearchable(places: readonly Place[], path: string): Promise<string | undefined> {
  try {
    const { handle, stats } = await openReadIn(path, places);
    try {
      if (stats.size > MAX_SEARCHED_BYTES) return undefined;
      const bytes = await handle.readFile();
      return isText(bytes) ? bytes.toString("utf8") : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    return undefined; // gone since it was listed, or not for us
  }
}
