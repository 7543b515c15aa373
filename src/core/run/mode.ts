import type { RunSettings } from "./settings.ts";

/**
 * Settings with the run's mode worked in. Without refinement a single agent goes straight to its answer; several
 * answer once, blind to each other, and give one vote each; and what was delivered stands.
 */
export function withMode(
  settings: RunSettings,
  mode: { readonly agents: number; readonly refinement: boolean; readonly planningMode: boolean },
): RunSettings {
  const base = { ...settings, refinement: mode.refinement, planningMode: mode.planningMode };
  if (mode.refinement) return base;
  // The plan of a planning run is written in its presentation.
  const skipFinalPresentation = !mode.planningMode;
  const once = { ...base, maxNewAnswersPerAgent: 1, skipFinalPresentation, maxOrchestrationRestarts: 0 };
  if (mode.agents === 1) return { ...once, skipVoting: true };
  return { ...once, blindFirstRound: true, disableInjection: true, deferVoting: true };
}
