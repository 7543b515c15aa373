import type { Image } from "../core/image.ts";
import type { ModelClient } from "../core/model.ts";
import type { AgentId } from "../core/run/terms.ts";
import type { Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";

/** What the engine needs to play one agent. */
export type EngineAgent = {
  readonly id: AgentId;
  readonly model: ModelClient;
  /** Writes its final answer, where that is not the same one. */
  readonly synthesis?: ModelClient | undefined;
  /** The agent's own instructions from the configuration, plus what the run gives it. May be empty. */
  readonly instructions: string;
  /** Shown to it with every question. */
  readonly images?: readonly Image[];
  readonly files: AgentFiles;
  readonly tools: readonly Tool[];
};

/** Wall clock in Unix milliseconds, and timers; replaced by a fake one where time is part of a test. */
export type Clock = {
  readonly now: () => number;
  /** Calls `fire` once after `ms`. Returns what cancels it. */
  readonly timer: (ms: number, fire: () => void) => () => void;
};
