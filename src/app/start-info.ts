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
    agents: config.agents.map(({ id, backend }) => {
      const simulated = dryRun || backend.type === "simulated";
      return { id, model: dryRun ? "simulated" : backend.model, simulated };
    }),
    notices: [...notices, ...given.notices.filter((notice) => notice !== undefined)],
    theme: config.ui.theme,
    notifications: config.ui.notifications,
  };
}
