import { startOfAttempt } from "./attempts.ts";
import type { RunRecord } from "./events.ts";
import { findAgent, iterationOf } from "./freshness.ts";
import { reduceRun } from "./reduce.ts";
import { newRun, type RunState } from "./state.ts";

/**
 * The content of snapshot_mappings.json for the last of the attempts that the records tell of: where the file of each
 * answer and vote lies, relative to the attempt's folder.
 * Votes have no label of their own; theirs is `agentN.voteK`. `stamp` names the folder of a time.
 */
export function snapshotMappings(records: readonly RunRecord[], stamp: (at: number) => string) {
  const mappings: Record<string, object> = {};
  const votes = new Map<string, number>();
  let run = newRun;
  const from = startOfAttempt(records);
  for (const [index, record] of records.entries()) {
    run = reduceRun(run, record);
    if (index < from) continue;
    if (record.type === "answer_submitted") {
      const timestamp = stamp(record.at);
      const path = `${record.agent}/${timestamp}/answer.txt`;
      mappings[record.label] = entry(run, record.agent, { type: "answer", label: record.label, timestamp, path });
    }
    if (record.type === "vote_cast") {
      const timestamp = stamp(record.at);
      const nth = (votes.get(record.agent) ?? 0) + 1;
      votes.set(record.agent, nth);
      const label = `agent${findAgent(run, record.agent)?.number}.vote${nth}`;
      const path = `${record.agent}/${timestamp}/vote.json`;
      mappings[label] = {
        ...entry(run, record.agent, { type: "vote", label, timestamp, path }),
        voted_for: record.target,
        voted_for_label: record.label,
      };
    }
    if (record.type === "final_stored") {
      const { label, agent } = record;
      const path = `final/${agent}/answer.txt`;
      // There is one at a time: that of a run that was stopped went when it was resumed.
      for (const old of Object.keys(mappings)) if (old.endsWith(".final")) delete mappings[old];
      mappings[label] = entry(run, agent, { type: "final_answer", label, timestamp: "final", path });
    }
  }
  return mappings;
}

function entry(
  run: RunState,
  agent: string,
  { type, label, timestamp, path }: { type: string; label: string; timestamp: string; path: string },
) {
  const round = findAgent(run, agent)?.updates ?? 0;
  return { type, label, agent_id: agent, timestamp, iteration: iterationOf(run), round, path };
}
