import type { ModelRequest } from "../../core/model.ts";
import { approachOf } from "./agent-answer.ts";
import { call, type Draft, type Player } from "./draft.ts";
import { readTeamView } from "./read-request.ts";
import { callTool } from "./tool-input.ts";

/** Gives each agent one of the approaches as its perspective. */
export function playHost({ system, messages, tools }: ModelRequest, player: Player): Draft {
  const { task } = readTeamView(messages);
  const names = [...new Set(system.match(/\bagent\d+\b/g))];
  const perspectives = names.map((name, index) => {
    const { name: title, stance } = approachOf(player, task, index);
    return { agent_id: name, perspective: `${title}. ${stance}` };
  });
  return call("Each looks at it from another side.", callTool(tools, "assign_perspectives", { perspectives }));
}
