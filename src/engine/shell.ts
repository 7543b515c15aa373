import type { Log } from "../core/log.ts";
import type { RunEvent, RunRecord } from "../core/run/events.ts";
import type { RunState } from "../core/run/state.ts";
import type { Workspaces } from "../core/workspace.ts";
import type { Clock, EngineAgent } from "./agent.ts";

/** Progress that is shown and forgotten. "reset": what the agent has streamed in this call so far is void. */
export type AgentDelta = { readonly kind: "text" | "reasoning" | "reset"; readonly text: string };

/** Everything that the engine asks of the world. */
export type EngineShell = {
  readonly log: Log<RunState, RunEvent>;
  readonly agents: readonly EngineAgent[];
  /** What the journal held before `run_resumed`: executions that were cut off go on with their conversations. */
  readonly past?: readonly RunRecord[];
  readonly workspaces: Workspaces;
  readonly clock: Clock;
  /** Somebody is there who can answer a question of an agent. */
  readonly hasUser: boolean;
  /** Resolves when every event so far is on disk. Awaited before anything that spends money or changes files. */
  readonly flush: () => Promise<void>;
  readonly onDelta: (agent: string, delta: AgentDelta) => void;
};
