import { openJournal, type Journal } from "../../projects/journal.ts";
import { seal } from "../../projects/journal-format.ts";
import { sessionDir, sessionJournal, sessionLock } from "../../projects/layout.ts";
import { acquireLock, type Lock } from "../../projects/lock.ts";
import { ensureProject, type Project } from "../../projects/open.ts";
import { moveSession } from "../../projects/sessions.ts";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChatRecord } from "../core/chat/events.ts";
import { type Fault, FaultError, toFault } from "../core/fault.ts";
import type { Feed } from "../core/front-end.ts";
import { plural } from "../core/text.ts";
import { createFeed } from "./live-feed.ts";

export type ChatJournal = {
  readonly append: (record: ChatRecord) => void;
  /** Resolves when all so far is on disk; rejects with FaultError when it could not be written. */
  readonly flush: () => Promise<void>;
  /** Takes the session's files to another project. What is appended meanwhile follows. */
  readonly move: (to: Project) => Promise<void>;
  /** Rejects with FaultError when something could not be saved, and says where it was put instead. */
  readonly close: () => Promise<void>;
  /** Why the session is not being saved at present; undefined while it is. It is tried again and again. */
  readonly health: Feed<Fault | undefined>;
};

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 15_000;

/**
 * The journal of a session. A new session leaves no trace on disk until something is said in it. `lock` is given when
 * the session was opened before.
 */
export function openChatJournal(project: Project, session: string, lock?: Lock): ChatJournal {
  let place = project;
  let held = lock;
  let journal: Journal<ChatRecord> | undefined = lock && openJournal(sessionJournal(project.root, session), "chat");
  let waiting: ChatRecord[] = [];
  let opening: Promise<void> | undefined;
  let fault: Fault | undefined;
  let retry: NodeJS.Timeout | undefined;
  let delayMs = FIRST_RETRY_MS;
  const health = createFeed<Fault | undefined>(undefined);
  journal?.subscribe(changed);

  return { append, flush, move, close, health };

  /** Tells of a new state of health, and has what failed tried again. */
  function changed(): void {
    const now = fault ?? journal?.health();
    if (now?.message !== health.get()?.message) health.set(now);
    if (now === undefined) delayMs = FIRST_RETRY_MS;
    if (now === undefined || retry) return;
    retry = setTimeout(() => {
      retry = undefined;
      delayMs = Math.min(LAST_RETRY_MS, delayMs * 2);
      void flush().then(changed, changed);
    }, delayMs);
    retry.unref();
  }

  function append(record: ChatRecord): void {
    if (journal) return journal.append(record);
    waiting.push(record);
    const isTrace = record.type === "session_started" || record.type === "session_resumed";
    if (!isTrace) opening ??= open();
  }

  async function open(): Promise<void> {
    try {
      await ensureProject(place);
      await mkdir(sessionDir(place.root, session), { recursive: true, mode: 0o700 });
      held ??= await acquireLock(sessionLock(place.root, session), { owner: `session ${session}` });
      journal = openJournal(sessionJournal(place.root, session), "chat");
      journal.subscribe(changed);
      for (const record of waiting.splice(0)) journal.append(record);
      fault = undefined;
    } catch (error) {
      fault = toFault(error);
    } finally {
      opening = undefined;
      changed();
    }
  }

  async function flush(): Promise<void> {
    if (fault && !journal) opening ??= open();
    await opening;
    await journal?.flush();
    if (fault && !journal) throw new FaultError(fault);
  }

  async function move(to: Project): Promise<void> {
    await opening;
    const from = place;
    place = to;
    if (from.root === to.root || !journal) return;
    const old = journal;
    const moving = (async () => {
      await old.close();
      await held?.release();
      held = undefined;
      await moveSession(from, to, session);
      await open();
    })();
    journal = undefined;
    opening = moving;
    waiting = [];
    await moving;
  }

  async function close(): Promise<void> {
    clearTimeout(retry);
    try {
      await flush();
      await journal?.close();
    } catch (error) {
      const unsaved = (journal?.unwritten() ?? "") + waiting.map(seal).join("");
      throw await keepElsewhere(toFault(error), unsaved, sessionJournal(place.root, session));
    } finally {
      health.close();
      await held?.release().catch(() => {});
    }
  }
}

/** What could not be saved in its place is not lost: another disk may have room for it. */
async function keepElsewhere(fault: Fault, unsaved: string, journal: string): Promise<FaultError> {
  const copy = join(tmpdir(), `massgen-unsaved-${randomBytes(4).toString("hex")}.jsonl`);
  const kept = await writeFile(copy, unsaved, { flag: "wx", mode: 0o600 }).then(
    () => true,
    () => false,
  );
  const lines = plural(unsaved.split("\n").length - 1, "line");
  return new FaultError({
    ...fault,
    hint: kept
      ? `The last ${lines} of the session are in ${copy} instead. To save them: cat ${copy} >> ${journal}`
      : `The last ${lines} of the session are lost: ${tmpdir()} could not be written either.`,
  });
}
