import { randomFrom } from "./erratic-model.ts";
import type { Script, Situation } from "./interleave.ts";

const PAIRS: readonly Script[] = [
  "AO",
  "AN",
  "AAO",
  "ATN",
  "TAL",
  "AAAO",
  "WAN",
  "BAO",
  "FAN",
  "AFN",
  "XAO",
  "AXO",
  "AHN",
];
const OTHERS: readonly Script[] = ["AO", "AN", "AAL", "ATN", "FAO", "AX"];
const MANY: readonly Script[] = ["AO", "AN", "AL", "AAN", "XA"];

const RULES: readonly NonNullable<Situation["settings"]>[] = [
  {},
  { blindFirstRound: false },
  { blindFirstRound: false, restartPolicy: "abort" },
  { maxRestartsPerAgent: 0, blindFirstRound: false },
  { maxRestartsPerAgent: 1 },
  { disableInjection: true },
  { maxNewAnswersPerAgent: 1 },
  { maxNewAnswersGlobal: 2, blindFirstRound: false },
  { budget: { maxModelCalls: 6 } },
  { budget: { maxCostUsd: 0.05 }, blindFirstRound: false },
  { skipVoting: true },
  { refinement: false },
  { deferVoting: true, blindFirstRound: false },
];

/** How many situations the gate has time for. */
const IN_GATE: Readonly<Record<number, number>> = { 2: 195, 3: 52, 4: 26 };

/** Teams of scripted agents under every set of rules, mixed, `depth` times as many as the gate plays. */
export function situations(agents: number, depth: number): readonly Situation[] {
  const random = randomFrom(agents);
  const scripts = agents === 2 ? PAIRS : agents === 3 ? OTHERS : MANY;
  return Array.from({ length: (IN_GATE[agents] ?? 0) * depth }, (_, index) => {
    const settings = RULES[index % RULES.length] ?? {};
    const team = Array.from({ length: agents }, () => scripts[Math.floor(random() * scripts.length)] ?? "");
    return { scripts: team, settings };
  });
}
