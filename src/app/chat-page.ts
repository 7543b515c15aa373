import { join } from "node:path";
import { sessionJournal } from "../../projects/layout.ts";
import type { Project } from "../../projects/open.ts";
import type { ChatState } from "../core/chat/state.ts";
import type { Fault } from "../core/fault.ts";
import type { ModelClient } from "../core/model.ts";
import type { Page, PageName, PageSection } from "../core/page.ts";
import type { Tool } from "../core/tool.ts";
import { plural } from "../core/text.ts";
import { configDirectory, type Environment } from "./config-directory.ts";
import { contextPage } from "./context-page.ts";
import { leadBudget } from "./lead-budget.ts";
import { permissionsPage } from "./permissions-page.ts";
import { filesSection, keysSection, programSection, sandboxSection, teamSection } from "./status-page.ts";
import type { Team } from "./team.ts";
import { folderTrust } from "./trust.ts";

/** A chat as it is at the moment, for the pages about it. */
export type ChatNow = {
  readonly chat: ChatState;
  readonly project: Project;
  readonly team: Team;
  readonly model: ModelClient;
  readonly tools: readonly Tool[];
  readonly system: string;
  readonly contextMd: string;
  readonly instructions: string;
  readonly unsaved: Fault | undefined;
  readonly cwd: string;
  readonly env: Environment;
  readonly version: string;
  readonly dryRun: boolean;
};

/** What /context, /permissions and /status show. */
export async function chatPage(name: PageName, now: ChatNow): Promise<Page> {
  const { chat, team, model, cwd, env } = now;
  switch (name) {
    case "context":
      return contextPage({ ...now, budgetTokens: await leadBudget(model, team.config.maxContextTokens) });
    case "permissions":
      return permissionsPage(chat.mode, team.config, {
        team: team.file,
        own: join(configDirectory(env), "config.yaml"),
      });
    case "status":
      return [
        programSection(now.version, env),
        sessionSection(chat, now.project, now.unsaved),
        await filesSection(team.file, await folderTrust(cwd, env), env),
        keysSection(team.keys),
        teamSection(team, now.dryRun),
        await sandboxSection(team.config),
      ];
  }
}

function sessionSection(chat: ChatState, project: Project, unsaved: Fault | undefined): PageSection {
  const { session, items, runs, reports } = chat;
  const path = sessionJournal(project.root, session);
  const saved = items.length === 0 ? "nothing to save yet" : path;
  return {
    title: "Session",
    lines: [
      { label: "project", text: `${project.name}, ${project.root}` },
      { label: "session", text: session },
      unsaved
        ? { label: "saved", text: `no: ${unsaved.message}`, mark: "bad" }
        : { label: "saved", text: saved, mark: "ok" },
      { label: "runs", text: `${plural(runs.length, "run")} under way, ${reports.length} over` },
    ],
  };
}
