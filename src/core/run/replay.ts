import type { RunRecord } from "./events.ts";
import type { AgentId } from "./terms.ts";
import { narrate } from "./narrate.ts";
import { openAsks } from "./permission-asks.ts";
import { reduceRun } from "./reduce.ts";
import { type AgentState, newRun, type RunState } from "./state.ts";

/** What an agent was at for a while. Times are milliseconds in which somebody drove the run, from its start. */
export type Span = {
  readonly kind: "model" | "tool" | "retry" | "waiting" | "out";
  readonly from: number;
  readonly to: number;
};

/** Something that an agent did at one moment. `event` is the number of the record. */
export type Mark = {
  readonly kind: "answer" | "vote" | "void" | "failed" | "final";
  readonly at: number;
  readonly event: number;
  readonly text: string;
};

export type Lane = { readonly agent: AgentId; readonly spans: readonly Span[]; readonly marks: readonly Mark[] };

/** A run event by event. `states[n]` is what it was after `n + 1` events, `at[n]` the active time then, `said[n]` the event in words. */
export type Replay = {
  readonly states: readonly RunState[];
  readonly at: readonly number[];
  readonly said: readonly (string | undefined)[];
  readonly lanes: readonly Lane[];
};

/** The states of a run in order, and who was at what when: nothing but the reducer, once over. */
export function replayOf(records: readonly RunRecord[]): Replay {
  const states: RunState[] = [];
  const lanes = new Map<AgentId, { spans: Span[]; marks: Mark[] }>();
  let run = newRun;
  for (const [event, record] of records.entries()) {
    const from = run.activeMs;
    run = reduceRun(run, record);
    const before = states.at(-1) ?? newRun;
    for (const agent of before.agents) extend(lane(lanes, agent.id).spans, spanKind(agent, before), from, run.activeMs);
    for (const { agent, kind, text } of marksOf(record))
      lane(lanes, agent).marks.push({ kind, text, event, at: run.activeMs });
    states.push(run);
  }
  return {
    states,
    at: states.map(({ activeMs }) => activeMs),
    said: records.map(narrate),
    lanes: run.agents.map(({ id }) => ({ agent: id, ...lane(lanes, id) })),
  };
}

function lane<Value extends { spans: Span[]; marks: Mark[] }>(
  lanes: Map<AgentId, Value | { spans: Span[]; marks: Mark[] }>,
  agent: AgentId,
) {
  const known = lanes.get(agent) ?? { spans: [], marks: [] };
  lanes.set(agent, known);
  return known;
}

function extend(spans: Span[], kind: Span["kind"], from: number, to: number): void {
  if (to <= from) return;
  const last = spans.at(-1);
  if (last?.kind === kind && last.to === from) spans[spans.length - 1] = { ...last, to };
  else spans.push({ kind, from, to });
}

function spanKind({ id, status }: AgentState, run: RunState): Span["kind"] {
  switch (status.kind) {
    case "working":
    case "presenting":
      return openAsks(run).some((ask) => ask.agent === id) ? "waiting" : status.activity.kind;
    case "parked":
      return "out";
    default:
      return "waiting";
  }
}

function marksOf(record: RunRecord): readonly (Pick<Mark, "kind" | "text"> & { readonly agent: AgentId })[] {
  switch (record.type) {
    case "answer_submitted":
      return [{ agent: record.agent, kind: "answer", text: record.label.replace(/^agent/, "") }];
    case "vote_cast":
      return [{ agent: record.agent, kind: "vote", text: record.target }];
    case "vote_ignored":
      return [{ agent: record.agent, kind: "void", text: "void" }];
    case "votes_invalidated":
      return record.voters.map((agent) => ({ agent, kind: "void", text: "void" }));
    case "execution_stopped":
      return record.cancelled ? [] : [{ agent: record.agent, kind: "failed", text: record.fault.code }];
    case "final_stored":
      return [{ agent: record.agent, kind: "final", text: "final" }];
    default:
      return [];
  }
}
