import { readFile, stat } from "node:fs/promises";
import * as z from "zod";
import { oneLine } from "../src/core/text.ts";
import { unseal } from "./journal-format.ts";
import type { SessionSummary } from "./sessions.ts";

/** `match`: the words around the first place where it was found; "" when the title says it. */
export type FoundSession = SessionSummary & { readonly match: string };

const MOST = 100;
const AROUND = 60;
const Said = z.object({ type: z.enum(["user_said", "lead_said", "user_called"]), text: z.string() });

/** What was said in a session, read once for many searches and again when the file has changed. */
type Read = { readonly mtimeMs: number; readonly size: number; readonly said: readonly string[] };

/** Searches in what the user and the lead said, and in titles: every word must be somewhere in the session. */
export function createSessionSearch(): (
  sessions: readonly SessionSummary[],
  query: string,
) => Promise<readonly FoundSession[]> {
  const cache = new Map<string, Read>();
  return async (sessions, query) => {
    const words = query
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "");
    const found: FoundSession[] = [];
    for (const session of sessions) {
      if (found.length >= MOST) break;
      const title = `${session.title} ${session.project.name} ${session.id}`.toLowerCase();
      if (words.every((word) => title.includes(word))) {
        found.push({ ...session, match: "" });
        continue;
      }
      const said = await read(session.path).catch(() => []);
      const all = [title, ...said.map((text) => text.toLowerCase())];
      if (!words.every((word) => all.some((text) => text.includes(word)))) continue;
      const best = said.find((text) => words.every((word) => text.toLowerCase().includes(word)));
      const text = best ?? said.find((one) => words.some((word) => one.toLowerCase().includes(word))) ?? "";
      found.push({ ...session, match: around(text, words) });
    }
    return found;
  };

  async function read(path: string): Promise<readonly string[]> {
    const { mtimeMs, size } = await stat(path);
    const kept = cache.get(path);
    if (kept?.mtimeMs === mtimeMs && kept.size === size) return kept.said;
    const said = (await readFile(path, "utf8")).split("\n").flatMap((line) => {
      if (!/"type":"(user_said|lead_said|user_called)"/.test(line)) return [];
      const parsed = Said.safeParse(unseal(line));
      return parsed.success && parsed.data.text.trim() !== "" ? [parsed.data.text] : [];
    });
    cache.set(path, { mtimeMs, size, said });
    return said;
  }
}

function around(text: string, words: readonly string[]): string {
  const line = oneLine(text);
  const lower = line.toLowerCase();
  const at = Math.max(0, Math.min(...words.map((word) => lower.indexOf(word)).filter((index) => index >= 0)));
  const start = Math.max(0, at - AROUND / 2);
  const end = Math.min(line.length, at + AROUND);
  return `${start > 0 ? "… " : ""}${line.slice(start, end).trim().toWellFormed()}${end < line.length ? " …" : ""}`;
}
