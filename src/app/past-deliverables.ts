import { listDeliverables } from "../../projects/deliverables.ts";
import type { Project } from "../../projects/open.ts";
import type { PastDeliverable } from "../core/front-end.ts";

/** The project's outputs of record as a screen lists them, the newest first; of several versions the newest. */
export async function pastDeliverables(project: Project): Promise<readonly PastDeliverable[]> {
  const all = await listDeliverables(project);
  const newest = all.filter(
    ({ name, version }) => !all.some((other) => other.name === name && other.version > version),
  );
  return newest
    .map(({ name, version, author, run, verified_by: verifiedBy, created }) => ({
      name,
      version,
      author,
      run,
      verifiedBy,
      savedAt: Date.parse(created) || 0,
    }))
    .toSorted((a, b) => b.savedAt - a.savedAt);
}
