import { join } from "node:path";
import * as z from "zod";
import { openJournal, readJournal } from "../../projects/journal.ts";

export const Line = z.discriminatedUnion("type", [
  z.object({ type: z.literal("line"), n: z.number(), pad: z.string().optional() }),
]);
export type Line = z.infer<typeof Line>;

/** Lines with the numbers from `from` up to, but not including, `to`. */
export const numbered = (from: number, to: number): Line[] =>
  Array.from({ length: to - from }, (_, index) => ({ type: "line", n: from + index }));

/** A closed journal of these lines. */
export async function written(dir: string, lines: readonly Line[]): Promise<string> {
  const path = join(dir, "journal.jsonl");
  const journal = openJournal<Line>(path, "run");
  for (const line of lines) journal.append(line);
  await journal.close();
  return path;
}

export const read = async (path: string): Promise<Line[]> => (await readJournal(path, "run", Line)).lines;
