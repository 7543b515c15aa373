import { modelNow } from "../../src/core/run/spend.ts";
import type { AgentState, RunState } from "../../src/core/run/state.ts";

/** "ada 1.1": an answer's label with the name that the user knows. */
export function answerName(agent: string, label: string): string {
  return `${agent} ${label.replace(/^agent/, "")}`;
}

/** The name of the model that is at work for an agent. */
export function modelAtWork(agent: AgentState): string {
  return modelName({ model: modelNow(agent), simulated: agent.simulated });
}

/** The model's name; a simulated one is always called so. */
export function modelName({ model, simulated }: { readonly model: string; readonly simulated: boolean }): string {
  if (!simulated || /simulated/i.test(model)) return model;
  return `${model} (simulated)`;
}

export function isSimulated({ agents }: Pick<RunState, "agents">): boolean {
  return agents.length > 0 && agents.every(({ simulated }) => simulated);
}
