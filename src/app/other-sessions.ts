import type { Project } from "../../projects/open.ts";
import { createSessionSearch } from "../../projects/search-sessions.ts";
import { listSessions } from "../../projects/sessions.ts";
import type { ChatMode } from "../core/chat/mode.ts";
import type { ChatFrontEnd } from "../core/front-end.ts";
import { findSession } from "./find-session.ts";
import { renameSession, type SessionCommands } from "./session-commands.ts";

/** The chat to open after this one. `resume`: an id; a new session when there is none. */
export type NextChat = {
  readonly project: string;
  readonly resume: string | undefined;
  readonly quiet: boolean;
  /** Undefined: as that session was left. */
  readonly mode: ChatMode | undefined;
};

/** The list of sessions, and the ways from this one to another. */
export function otherSessions(options: {
  readonly cwd: string;
  readonly session: string;
  readonly project: () => Project;
  readonly mode: () => ChatMode;
  readonly ofSession: SessionCommands;
  readonly leave: (next: NextChat) => void;
}): Pick<ChatFrontEnd, "pastSessions" | "renameSession" | "openSession"> {
  const { cwd, session, project, mode, ofSession, leave } = options;
  const search = createSessionSearch();
  return {
    pastSessions: async (query) =>
      (await search(await listSessions(cwd), query)).map((one) => ({ ...one, project: one.project.name })),
    async renameSession(id, title) {
      if (id === session) ofSession.send({ do: "rename", title });
      else await renameSession(await findSession({ cwd, wanted: id }), title);
    },
    async openSession(target) {
      const next = { project: project().root, resume: undefined, quiet: true, mode: mode() };
      if (target.kind === "new") return leave(next);
      if (target.kind === "fork") return leave({ ...next, resume: await ofSession.fork(target.title) });
      const other = await findSession({ cwd, wanted: target.id });
      if (other.id !== session) leave({ project: other.project.root, resume: other.id, quiet: false, mode: undefined });
    },
  };
}
