import { randomBytes } from "node:crypto";
import { constants, copyFile, cp, type FileHandle, mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import * as z from "zod";
import { FaultError } from "../src/core/fault.ts";
import { clip, oneLine } from "../src/core/text.ts";
import { diskFault, errorCode } from "./disk-fault.ts";
import { imagesBeside } from "./images.ts";
import { unseal } from "./journal-format.ts";
import { sessionDir, sessionJournal, sessionsDir } from "./layout.ts";
import { ensureProject, listProjects, type Project } from "./open.ts";

export type SessionSummary = {
  readonly id: string;
  readonly project: Project;
  /** As the user called it, else the first thing that the user said, on one line. */
  readonly title: string;
  /** What was said last by the user, and by the lead; "" where it is too far back. */
  readonly lastSaid: string;
  readonly lastReply: string;
  /** Unix milliseconds of the last event. */
  readonly lastAt: number;
  /** What the user said and called. Of a journal over 512 KB: at least this many. */
  readonly turns: number;
  /** The journal. */
  readonly path: string;
};

const WINDOW = 256 * 1024;
const MIDDLE = 1024 * 1024;
const FILES_AT_ONCE = 16;

/** Sorts by time: "20260721-142233-120938-3fa91c" (UTC, down to microseconds). */
export function newSessionId(): string {
  const now = performance.timeOrigin + performance.now();
  const [date = "", time = ""] = new Date(now).toISOString().replaceAll(/[-:]/g, "").split(/[T.]/);
  const micros = String(Math.floor((now % 1000) * 1000)).padStart(6, "0");
  return `${date}-${time}-${micros}-${randomBytes(3).toString("hex")}`;
}

/**
 * The sessions of a project, or of all projects of a working directory, newest first. Those in which the user said
 * nothing are left out, as are files that are no journals. Reads the start and the end of each, whatever its size.
 */
export async function listSessions(of: Project | string): Promise<SessionSummary[]> {
  const projects = typeof of === "string" ? await listProjects(of) : [of];
  const found: { project: Project; id: string }[] = [];
  for (const project of projects) for (const id of await sessionIds(project)) found.push({ project, id });
  const sessions: SessionSummary[] = [];
  const next = found.values();
  const worker = async (): Promise<void> => {
    for (const { project, id } of next) {
      const summary = await summarise(project, id).catch(() => undefined);
      if (summary) sessions.push(summary);
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker));
  return sessions.sort((a, b) => b.lastAt - a.lastAt || (a.id < b.id ? 1 : -1));
}

/** Where the user left off in this working directory, in any of its projects. */
export async function latestSession(cwd: string): Promise<SessionSummary | undefined> {
  return (await listSessions(cwd))[0];
}

/** Moves a session to another project. Close its journal before, and open it at the new place after. */
export async function moveSession(from: Project, to: Project, id: string): Promise<void> {
  const source = sessionDir(from.root, id);
  const target = sessionDir(to.root, id);
  if (source === target) return;
  await ensureProject(to);
  try {
    await mkdir(sessionsDir(to.root), { recursive: true, mode: 0o700 });
    // rename(2) would replace an empty folder of that name; this refuses any.
    await mkdir(target, { mode: 0o700 });
    await rename(source, target);
  } catch (error) {
    if (errorCode(error) === "EXDEV") return copyOver(source, target);
    if (errorCode(error) !== "EEXIST") await rmdir(target).catch(() => undefined);
    if (errorCode(error) !== "ENOENT") throw diskFault(error, "move session to", target);
    throw new FaultError(
      {
        code: "usage",
        message: `The project ${from.name} has no session ${id}`,
        hint: "See the list of sessions with /resume.",
      },
      { cause: error },
    );
  }
}

/** A copy of a session's journal, and of its images, under a new id. Throws FaultError when nothing of it is on disk. */
export async function copySession(project: Project, id: string, copy: string): Promise<string> {
  const target = sessionJournal(project.root, copy);
  try {
    await mkdir(sessionDir(project.root, copy), { mode: 0o700 });
    const images = imagesBeside(sessionJournal(project.root, id));
    await cp(images, imagesBeside(target), { recursive: true }).catch((error: unknown) => {
      if (errorCode(error) !== "ENOENT") throw error;
    });
    await copyFile(sessionJournal(project.root, id), target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    return target;
  } catch (error) {
    await rm(sessionDir(project.root, copy), { recursive: true, force: true }).catch(() => undefined);
    throw diskFault(error, "copy session to", target);
  }
}

/** To another disk. The source goes last, so that at any moment there is a whole one. */
async function copyOver(source: string, target: string): Promise<void> {
  try {
    await cp(source, target, { recursive: true });
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw diskFault(error, "move session to", target);
  }
  await rm(source, { recursive: true, force: true });
}

async function sessionIds(project: Project): Promise<string[]> {
  const entries = await readdir(sessionsDir(project.root), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && /^[\w-]+$/.test(entry.name)).map(({ name }) => name);
}

async function summarise(project: Project, id: string): Promise<SessionSummary | undefined> {
  const path = sessionJournal(project.root, id);
  const file = await open(path, "r");
  try {
    const { size, mtimeMs } = await file.stat();
    const head = await readPart(file, 0, Math.min(size, WINDOW));
    const tail = size <= WINDOW ? "" : await readPart(file, Math.max(WINDOW, size - WINDOW), size);
    if (!head.startsWith('{"massgen":"chat"')) return undefined;
    const said = firstSaid(head);
    if (said === undefined) return undefined;
    const turns = countTurns(head) + countTurns(tail);
    const end = tail || head;
    const named =
      lastText(tail, RENAMED, Renamed) ?? (await nameBetween(file, size)) ?? lastText(head, RENAMED, Renamed);
    return {
      id,
      project,
      path,
      turns,
      title: clip(oneLine(named ?? said), 120),
      lastSaid: clip(oneLine(lastText(end, '"type":"user_said"', Said) ?? ""), 400),
      lastReply: clip(oneLine(lastText(end, '"type":"lead_said"', Said) ?? ""), 400),
      lastAt: lastTime(end) ?? mtimeMs,
    };
  } finally {
    await file.close();
  }
}

async function readPart(file: FileHandle, from: number, to: number): Promise<string> {
  const buffer = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  return buffer.toString("utf8", 0, bytesRead);
}

// Inside a string the quotes would be escaped, so this is found in no text that somebody wrote.
const BY_USER = '"type":"user_';

function countTurns(text: string): number {
  return text.split(BY_USER).length - 1;
}

const RENAMED = '"type":"session_renamed"';
const Said = z.object({ text: z.string() });
const Renamed = z.object({ title: z.string() }).transform(({ title }) => ({ text: title }));
const Timed = z.object({ at: z.number() });

/** Undefined: the user said nothing. A line that is cut off by the window is taken as far as it goes. */
function firstSaid(head: string): string | undefined {
  const found = head.indexOf(BY_USER);
  if (found < 0) return undefined;
  const start = head.lastIndexOf("\n", found) + 1;
  const end = head.indexOf("\n", start);
  const line = head.slice(start, end < 0 ? undefined : end);
  const whole = Said.safeParse(unseal(line));
  if (whole.success) return whole.data.text;
  const part = /"text":"((?:[^"\\]|\\.){1,500})/.exec(line)?.[1];
  return part === undefined ? undefined : String(JSON.parse(`"${part}"`));
}

/** What the last line with this mark says, skipping those that say nothing. */
function lastText(text: string, mark: string, schema: z.ZodType<{ text: string }>): string | undefined {
  let at = text.lastIndexOf(mark);
  while (at >= 0) {
    const start = text.lastIndexOf("\n", at) + 1;
    const end = text.indexOf("\n", at);
    const line = schema.safeParse(unseal(text.slice(start, end < 0 ? undefined : end)));
    if (line.success && line.data.text.trim() !== "") return line.data.text;
    at = start === 0 ? -1 : text.lastIndexOf(mark, start - 1);
  }
  return undefined;
}

/** The name that the user gave the session somewhere between the two ends that are read anyway. */
async function nameBetween(file: FileHandle, size: number): Promise<string | undefined> {
  const overlap = 4096;
  for (let to = size - WINDOW + overlap; to > WINDOW; to -= MIDDLE) {
    const name = lastText(
      await readPart(file, Math.max(WINDOW - overlap, to - MIDDLE - overlap), to),
      RENAMED,
      Renamed,
    );
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Of the last whole line. */
function lastTime(text: string): number | undefined {
  let end = text.lastIndexOf("\n");
  while (end > 0) {
    const start = text.lastIndexOf("\n", end - 1);
    const timed = Timed.safeParse(unseal(text.slice(start + 1, end)));
    if (timed.success) return timed.data.at;
    end = start;
  }
  return undefined;
}
