import type { Project } from "../../projects/open.ts";
import { readRunDescription } from "../../projects/run-history.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { newRun } from "../core/run/state.ts";
import { readRun } from "./read-journal.ts";
import type { RunOrder } from "./roster.ts";

/**
 * The order with the perspectives of the newest run among these, oldest first, in which each of its agents had one;
 * where the configuration wants them kept. A run whose journal cannot be read has none.
 */
export async function withKeptPersonas(
  order: RunOrder,
  project: Project,
  runIds: readonly string[],
): Promise<RunOrder> {
  if (!order.settings.personas?.persist) return order;
  for (const runId of runIds.toReversed()) {
    const made = await personasOf(project, runId).catch((): Readonly<Record<string, string>> => ({}));
    const personas = order.agents.flatMap(({ id }) => (made[id] === undefined ? [] : [[id, made[id]] as const]));
    if (personas.length === order.agents.length) return { ...order, personas: Object.fromEntries(personas) };
  }
  return order;
}

async function personasOf(project: Project, runId: string): Promise<Readonly<Record<string, string>>> {
  const { journal } = await readRunDescription(project, runId);
  const { lines } = await readRun(journal, { repair: false });
  return lines.reduce(reduceRun, newRun).personas ?? {};
}
