import type { ApprovalAsk } from "../../src/core/chat/approval.ts";
import { openAsks } from "../../src/core/run/permission-asks.ts";
import { type ChatAndRuns, liveRuns } from "../run/live-runs.ts";

/** Where an agent of a run waits for the answer. */
type AskedInRun = { readonly runId: string; readonly number: number; readonly id: string; readonly agent: string };

/** Something that needs the user's yes. `at`: since when, Unix milliseconds. */
export type Asked = {
  /** Of this question alone, whoever asks it. */
  readonly key: string;
  readonly at: number;
  readonly who: string;
  readonly ask: ApprovalAsk;
  /** Undefined: the lead waits, and the key is its call's id. */
  readonly run: AskedInRun | undefined;
};

/** The one queue of approvals, from the lead and from deep inside of runs, the oldest first. */
export function askedOf({ chat, runs }: ChatAndRuns): readonly Asked[] {
  const ofLead = chat.calls.flatMap((call): readonly Asked[] =>
    call.stage === "asked"
      ? [{ key: call.call.id, at: call.askedAt, who: call.byUser ? "you" : "lead", ask: call.ask, run: undefined }]
      : [],
  );
  const ofRuns = liveRuns({ runs, chat }).flatMap(({ runId, number, state }) =>
    openAsks(state).map(({ id, agent, at, title, detail, covers }): Asked => {
      const ask = { kind: "command" as const, title, detail, covers: [...covers] };
      return { key: `${runId}/${id}`, at, who: `${agent}, run ${number}`, ask, run: { runId, number, id, agent } };
    }),
  );
  return [...ofLead, ...ofRuns].toSorted((a, b) => a.at - b.at);
}
