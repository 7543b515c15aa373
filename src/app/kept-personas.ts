import type { Project } from "../../projects/open.ts";
import { loadRun } from "./project-run.ts";
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
    const earlier = await loadRun(project, runId).catch(() => undefined);
    const made = earlier?.state.personas ?? {};
    const personas = order.agents.flatMap(({ id }) => (made[id] === undefined ? [] : [[id, made[id]] as const]));
    if (personas.length === order.agents.length) return { ...order, personas: Object.fromEntries(personas) };
  }
  return order;
}
