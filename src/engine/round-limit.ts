import type { RunState } from "../core/run/state.ts";
import { activeTimer } from "./active-timer.ts";
import type { Go } from "./model-call.ts";

/** How far a round is: its time is not up, it is, its agent was told so, and the grace after that is over, too. */
type Stage = "open" | "late" | "told" | "closed";

export type RoundLimit = {
  readonly stage: () => Stage;
  /** The agent has just been told that its time is up. */
  readonly told: () => void;
  readonly cancel: () => void;
};

/**
 * Watches the soft limit of one round (an execution, from 1) if there is one. The go expires when the agent could
 * not even be told, because one call has lasted until the end of the grace.
 */
export function watchRound({ shell, agent, expire }: Go, execution: number): RoundLimit {
  const limit = roundLimit(shell.log.get(), execution);
  const grace = shell.log.get().settings.timeouts.roundGrace;
  let stage: Stage = "open";
  const cancels: (() => void)[] = [];
  const after = (seconds: number, from: Stage, then: () => void): void => {
    const fire = (): void => {
      if (stage === from) then();
    };
    cancels.push(activeTimer(shell, seconds * 1000, fire, agent.id));
  };
  if (limit !== null) {
    after(limit, "open", () => {
      stage = "late";
    });
    after(limit + grace, "late", () =>
      expire({
        code: "timeout",
        message: `No result within the ${limit} s of the round and ${grace} s of grace`,
        hint: "Raise the round time-outs in timeout_settings.",
      }),
    );
  }
  return {
    stage: () => stage,
    told() {
      stage = "told";
      after(grace, "told", () => {
        stage = "closed";
      });
    },
    cancel: () => cancels.splice(0).forEach((cancel) => cancel()),
  };
}

/** Seconds, or null when the round has no limit of its own. */
function roundLimit({ settings }: RunState, execution: number): number | null {
  return execution === 1 ? settings.timeouts.firstRound : settings.timeouts.laterRounds;
}
