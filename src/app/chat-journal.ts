import { openJournal, type Journal } from "../../projects/journal.ts";
import { sessionDir, sessionJournal, sessionLock } from "../../projects/layout.ts";
import { acquireLock, type Lock } from "../../projects/lock.ts";
import { ensureProject, type Project } from "../../projects/open.ts";
import { moveSession } from "../../projects/sessions.ts";
import { mkdir } from "node:fs/promises";
import type { ChatRecord } from "../core/chat/events.ts";
import { type Fault, toFault } from "../core/fault.ts";

export type ChatJournal = {
  readonly append: (record: ChatRecord) => void;
  /** Resolves when all so far is on disk; rejects with FaultError when it could not be written. */
  readonly flush: () => Promise<void>;
  /** Takes the session's files to another project. What is appended meanwhile follows. */
  readonly move: (to: Project) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly health: () => Fault | undefined;
};

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

  return { append, flush, move, close, health: () => fault ?? journal?.health() };

  function append(record: ChatRecord): void {
    if (journal) return journal.append(record);
    waiting.push(record);
    const isTrace = record.type === "session_started" || record.type === "session_resumed";
    if (!isTrace) opening ??= open();
  }

  async function open(): Promise<void> {
    try {
      await ensureProject(place);
      await mkdir(sessionDir(place.root, session), { recursive: true });
      held ??= await acquireLock(sessionLock(place.root, session), { owner: `session ${session}` });
      journal = openJournal(sessionJournal(place.root, session), "chat");
      for (const record of waiting.splice(0)) journal.append(record);
      fault = undefined;
    } catch (error) {
      fault = toFault(error);
    } finally {
      opening = undefined;
    }
  }

  async function flush(): Promise<void> {
    await opening;
    await journal?.flush();
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
    await opening;
    try {
      await journal?.close();
    } finally {
      await held?.release().catch(() => {});
    }
  }
}
