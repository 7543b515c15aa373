import { WRAP_UP_SHARE } from "../core/run/attempts.ts";
import { activeTimer } from "./active-timer.ts";
import type { EngineShell } from "./shell.ts";

/**
 * Tells the run to wrap up at 80 % of its time and ends coordination at 100 %. Time counts only where somebody drove the
 * run and it was not paused; a changed limit counts from the start of the run, and so does that of a later attempt.
 */
export function watchTime(shell: EngineShell): { cancel: () => void } {
  const { log, clock } = shell;
  let cancels: (() => void)[] = [];
  const cancel = (): void => cancels.splice(0).forEach((stop) => stop());
  const during = (apply: () => void) => () => {
    if (log.get().phase.kind === "coordinating") apply();
  };
  const arm = (): void => {
    cancel();
    const run = log.get();
    if (run.phase.kind !== "coordinating") return;
    const total = run.settings.timeouts.orchestrator * 1000;
    const left = total - run.activeMs - (run.paused ? 0 : Math.max(0, clock.now() - run.lastEventAt));
    cancels = [
      activeTimer(
        shell,
        left,
        during(() => log.apply({ type: "time_ran_out" })),
      ),
      activeTimer(
        shell,
        left - (1 - WRAP_UP_SHARE) * total,
        during(() => log.apply({ type: "wrap_up_started", reason: "time" })),
      ),
    ];
  };
  const unsubscribe = log.subscribe(({ type }) => {
    if (type === "limits_changed" || type === "attempt_started") arm();
  });
  arm();
  return {
    cancel: () => {
      unsubscribe();
      cancel();
    },
  };
}
