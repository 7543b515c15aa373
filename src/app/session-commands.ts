import { relative } from "node:path";
import { openJournal } from "../../projects/journal.ts";
import type { Project } from "../../projects/open.ts";
import { copySession, newSessionId, type SessionSummary } from "../../projects/sessions.ts";
import type { ChatEvent, ChatRecord } from "../core/chat/events.ts";
import { sessionTitle } from "../core/chat/session-title.ts";
import type { ChatState } from "../core/chat/state.ts";
import type { SessionCommand } from "../core/command.ts";
import { FaultError, toFault } from "../core/fault.ts";
import { never } from "../core/never.ts";
import type { Environment } from "./config-directory.ts";
import { lockSession } from "./find-session.ts";
import { readChat } from "./read-journal.ts";

export type SessionCommands = {
  readonly send: (command: SessionCommand) => void;
  /** A copy of the session as it is now; resolves with its id. Rejects with FaultError. */
  readonly fork: (title: string) => Promise<string>;
  /** Resolves when all that was sent so far is done. */
  readonly idle: () => Promise<unknown>;
};

/** What the user asks of the session itself, not of the lead. What came of it reaches the chat as an event. */
export function createSessionCommands(options: {
  readonly log: { readonly get: () => ChatState; readonly apply: (event: ChatEvent) => void };
  readonly project: () => Project;
  readonly flush: () => Promise<void>;
  readonly cwd: string;
  readonly env: Environment;
}): SessionCommands {
  const { log, project, flush, cwd, env } = options;
  let doing: Promise<unknown> = Promise.resolve();
  return {
    send(command) {
      doing = doing
        .then(() => perform(command))
        .catch((error: unknown) => log.apply({ type: "command_failed", fault: toFault(error) }));
    },
    async fork(title) {
      const chat = log.get();
      if (chat.items.length === 0) throw new FaultError(nothingYet);
      await flush();
      const copy = newSessionId();
      const path = await copySession(project(), chat.session, copy);
      await append(path, [
        { type: "session_forked", session: copy, from: chat.session },
        { type: "session_renamed", title: title === "" ? `${sessionTitle(chat)}, copy` : title },
      ]);
      return copy;
    },
    idle: () => doing,
  };

  async function perform(command: SessionCommand): Promise<void> {
    switch (command.do) {
      case "export": {
        const { exportChat } = await import("./export-chat.ts");
        const path = await exportChat(log.get(), { file: command.file, cwd, env });
        const shown = relative(cwd, path);
        return log.apply({ type: "command_done", text: `exported to ${shown.startsWith("..") ? path : shown}` });
      }
      case "rename":
        log.apply({ type: "session_renamed", title: command.title });
        return log.apply({ type: "command_done", text: `this session is called “${command.title}” now` });
      default:
        return never(command);
    }
  }
}

/** Renames a session that is not open here. Throws FaultError when it is open in another program. */
export async function renameSession(session: SessionSummary, title: string): Promise<void> {
  const lock = await lockSession(session);
  try {
    await append(session.path, [{ type: "session_renamed", title }]);
  } finally {
    await lock.release();
  }
}

async function append(path: string, events: readonly ChatEvent[]): Promise<void> {
  const last = (await readChat(path)).lines.at(-1);
  const journal = openJournal<ChatRecord>(path, "chat");
  const seq = last === undefined ? 0 : last.seq + 1;
  // The time of the last event, so that a new name does not make an old session the latest one.
  for (const [index, event] of events.entries()) journal.append({ ...event, seq: seq + index, at: last?.at ?? 0 });
  await journal.close();
}

const nothingYet = {
  code: "usage",
  message: "There is nothing to copy yet",
  hint: "Say something first; /new starts an empty session.",
} as const;
