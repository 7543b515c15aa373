import type { Config } from "../core/config/schema.ts";
import type { StartInfo } from "../core/front-end.ts";
import type { Team } from "./team.ts";

/** The head of a chat, from its team and what there is to say of it. */
export function startInfo(
  { label, config, notices }: Pick<Team, "label" | "config" | "notices">,
  given: Pick<StartInfo, "version" | "place" | "shortPlace" | "pick" | "cameBack"> & {
    readonly dryRun: boolean;
    /** Said after those of the team. */
    readonly notices: readonly (string | undefined)[];
  },
): StartInfo {
  const { dryRun, ...rest } = given;
  return {
    ...rest,
    team: label,
    agents: teamMembers(config, dryRun),
    notices: [...notices, ...given.notices.filter((notice) => notice !== undefined)],
    theme: config.ui.theme,
    notifications: config.ui.notifications,
  };
}

/** The agents of the configuration, each with the model that it really runs on. */
export function teamMembers({ agents }: Pick<Config, "agents">, dryRun: boolean): StartInfo["agents"] {
  return agents.map(({ id, backend }) => {
    const simulated = dryRun || backend.type === "simulated";
    return { id, model: dryRun ? "simulated" : backend.model, simulated };
  });
}
