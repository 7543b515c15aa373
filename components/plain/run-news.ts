import type { LiveRun } from "../../src/core/front-end.ts";
import { validVote } from "../../src/core/run/freshness.ts";
import { oneLine } from "../../src/core/text.ts";
import { answerName } from "../run/names.ts";
import { safe } from "../text/width.ts";

/** What happened in the runs under way, a sentence each: for those who hear the screen rather than see it. */
export function runNews(before: readonly LiveRun[], runs: readonly LiveRun[]): readonly string[] {
  return runs.flatMap((run) => {
    const earlier = before.find(({ runId }) => runId === run.runId);
    const news = earlier === undefined ? [`is under way: ${run.state.title}`] : changes(earlier, run);
    return news.map((text) => safe(oneLine(`Run ${run.number}: ${text}`)));
  });
}

function changes(before: LiveRun, { state }: LiveRun): readonly string[] {
  const answers = state.answers.filter(({ label }) => !before.state.answers.some((answer) => answer.label === label));
  const failed = state.agents.flatMap((agent) => {
    const was = before.state.agents.find(({ id }) => id === agent.id)?.status;
    return agent.status.kind === "parked" && was?.kind !== "parked"
      ? [`${agent.id} failed: ${agent.status.fault.message}`]
      : [];
  });
  const votes = state.agents.flatMap((agent) => {
    const vote = validVote(state, agent);
    const known = before.state.agents.find(({ id }) => id === agent.id);
    const same = vote !== undefined && known !== undefined && validVote(before.state, known)?.label === vote.label;
    return vote === undefined || same
      ? []
      : [`${vote.voter} voted for ${answerName(vote.target, vote.label)}: ${vote.reason}`];
  });
  const presents = state.phase.kind === "presenting" && before.state.phase.kind !== "presenting";
  return [
    ...answers.map(({ agent, label }) => `${agent} gave answer ${answerName(agent, label)}`),
    ...failed,
    ...votes,
    ...(presents ? ["the votes are in, the winner writes the final answer"] : []),
  ];
}
