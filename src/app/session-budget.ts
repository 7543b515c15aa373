import { FaultError } from "../core/fault.ts";
import type { RunSettings } from "../core/run/settings.ts";
import { formatUsd } from "../core/text.ts";

/** What a session may spend, and what of that is spoken for. */
export type SessionBudget = {
  /** Null: no limit. */
  readonly maxUsd: number | null;
  /** By the lead and by runs that are over, as far as prices are known. */
  readonly spentUsd: number;
  /** Runs under way. `capUsd` null: nothing limits them. */
  readonly running: readonly { readonly spentUsd: number; readonly capUsd: number | null }[];
};

const WARN_SHARE = 0.8;

/** What another run may cost; null when there is no limit. Runs under way are counted with all that they may spend. */
export function leftOf(budget: SessionBudget): number | null {
  return budget.maxUsd === null ? null : Math.max(0, budget.maxUsd - budget.spentUsd - reservedBy(budget));
}

/** The settings of a run that may spend what is left of the session, at most. */
export function withinSession(settings: RunSettings, budget: SessionBudget): RunSettings {
  const own = settings.budget.maxCostUsd;
  const left = leftOf(budget);
  // Used up: `checkBudget` refuses the run, and until then its own limit is what can be said of it.
  if (left === null || left === 0) return settings;
  return { ...settings, budget: { ...settings.budget, maxCostUsd: own === null ? left : Math.min(own, left) } };
}

/** Throws FaultError "budget" when nothing is left for another run. */
export function checkBudget(budget: SessionBudget): void {
  if (budget.maxUsd === null || (leftOf(budget) ?? 0) > 0) return;
  const reserved = reservedBy(budget);
  const running = reserved > 0 ? `, and the runs under way may spend ${formatUsd(reserved)}` : "";
  throw new FaultError({
    code: "budget",
    message: `No other run may start: this session has spent ${formatUsd(budget.spentUsd)}${running}; orchestrator.interactive_mode.max_session_cost_usd is ${formatUsd(budget.maxUsd)}`,
    hint:
      reserved > 0
        ? "Wait for a run to end, give runs a max_cost_usd, or raise the limit."
        : "Raise the limit, or start a new session.",
  });
}

/** What to say about the budget before another run is approved; empty while there is plenty. */
export function budgetNote(budget: SessionBudget): string {
  const { maxUsd } = budget;
  if (maxUsd === null) return "";
  const used = budget.spentUsd + reservedBy(budget);
  if (used < maxUsd * WARN_SHARE) return "";
  return `${formatUsd(used)} of the ${formatUsd(maxUsd)} of this session ${used >= maxUsd ? "are used up" : "are used"}`;
}

function reservedBy({ running }: SessionBudget): number {
  return running.reduce((sum, { spentUsd, capUsd }) => sum + Math.max(spentUsd, capUsd ?? 0), 0);
}
