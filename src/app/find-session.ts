import { sessionLock } from "../../projects/layout.ts";
import { acquireLock, type Lock } from "../../projects/lock.ts";
import { openProject } from "../../projects/open.ts";
import { listSessions, type SessionSummary } from "../../projects/sessions.ts";
import { FaultError } from "../core/fault.ts";

/** A session of a directory, or of one project: by "latest", its id, or the start of its id. Throws FaultError when there is none. */
export async function findSession(options: {
  readonly cwd: string;
  readonly project?: string | undefined;
  readonly wanted: string;
}): Promise<SessionSummary> {
  const { cwd, project, wanted } = options;
  const sessions = await listSessions(project === undefined ? cwd : await openProject(cwd, project));
  if (wanted === "latest") {
    const [latest] = sessions;
    if (latest) return latest;
    throw new FaultError({
      code: "usage",
      message: `There is no earlier session in ${project === undefined ? cwd : `project ${project}`}`,
      hint: "Start one with massgen.",
    });
  }
  const exact = sessions.find(({ id }) => id === wanted);
  const alike = sessions.filter(({ id }) => id.startsWith(wanted));
  const found = exact ?? (alike.length === 1 ? alike[0] : undefined);
  if (found) return found;
  throw new FaultError({
    code: "usage",
    message:
      alike.length > 1
        ? `${alike.length} sessions here begin with "${wanted}"`
        : `There is no session "${wanted}" here`,
    hint: "massgen sessions lists them; in the chat, /resume does.",
  });
}

export function lockSession({ id, project }: SessionSummary): Promise<Lock> {
  return acquireLock(sessionLock(project.root, id), { owner: `session ${id}` });
}
