import type { Command } from "commander";
import { resolve } from "node:path";
import { plural } from "../core/text.ts";
import { printJson, writeOut } from "./output.ts";
import { printTable } from "./table.ts";

type Flags = { readonly json?: true; readonly project?: string };

const SHOWN = 20;

/** `massgen sessions` and `massgen export SESSION`. */
export function addSessionCommands(program: Command): void {
  program
    .command("sessions")
    .description("the conversations of this directory, newest first")
    .option("--project <name>", "those of one project: a name, or a folder")
    .option("--json", "as JSON, all of them")
    .action(async (_flags: Flags, command: Command) => list(command.optsWithGlobals<Flags>()));
  program
    .command("export")
    .description("write a conversation to a file; an existing file is never overwritten")
    .argument("<session>", '"latest", an id, or the start of one')
    .argument("[file]", "ends in .md, .html or .json; - for standard output (default: a dated .md file here)")
    .option("--project <name>", "the project that the session is of")
    .action(async (session: string, file: string | undefined, _flags: Flags, command: Command) =>
      exportSession(session, file, command.optsWithGlobals<Flags>()),
    );
}

async function exportSession(wanted: string, file = "", { project }: Flags): Promise<void> {
  const { findSession } = await import("../app/find-session.ts");
  const { exportChat, formatChat, loadChat } = await import("../app/export-chat.ts");
  const cwd = resolve(".");
  const chat = await loadChat((await findSession({ cwd, project, wanted })).path);
  if (file === "-") return writeOut(await formatChat(chat, "md"));
  writeOut(`${await exportChat(chat, { file, cwd, env: process.env })}\n`);
}

async function list({ json, project }: Flags): Promise<void> {
  const { listSessions } = await import("../../projects/sessions.ts");
  const { openProject } = await import("../../projects/open.ts");
  const cwd = resolve(".");
  const sessions = await listSessions(project === undefined ? cwd : await openProject(cwd, project));
  if (json) {
    return printJson(
      sessions.map(({ id, project: { name }, title, turns, lastAt, path }) => ({
        id,
        project: name,
        title,
        turns,
        last: new Date(lastAt).toISOString(),
        journal: path,
      })),
    );
  }
  if (sessions.length === 0) return writeOut("There are no sessions here yet.\n");
  const { lastHere } = await import("../app/last-here.ts");
  const rows = sessions
    .slice(0, SHOWN)
    .map(({ id, project: { name }, title, turns, lastAt }) => [
      id,
      name,
      lastHere(lastAt, Date.now()),
      plural(turns, "turn"),
      title,
    ]);
  printTable(["session", "project", "when", "turns", "title"], rows);
  if (sessions.length > SHOWN)
    writeOut(`… ${plural(sessions.length - SHOWN, "older session")}: massgen sessions --json\n`);
  writeOut("To go on with one: massgen -r SESSION\n");
}
