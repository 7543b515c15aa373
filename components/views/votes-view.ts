import { validVote } from "../../src/core/run/freshness.ts";
import { agreementOf, agreementText } from "../../src/core/run/agreement.ts";
import { withNames } from "../../src/core/run/names.ts";
import type { AnswerLabel } from "../../src/core/run/terms.ts";
import type { RunState, Vote } from "../../src/core/run/state.ts";
import { standingAnswers, teamEffect } from "../../src/core/run/team-effect.ts";
import { oneLine } from "../../src/core/text.ts";
import { effectText } from "../run/effect-text.ts";
import { answerName } from "../run/names.ts";
import { indent, type Row, row, span } from "../text/rows.ts";
import { cells, safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";
import type { SeenRun } from "./seen-run.ts";

const ANSWER_ROWS = 4;

/** Who voted for what, why, and having seen what; what the minority thinks; what the team was good for; the answers. */
export function votesBody({ state }: SeenRun, width: number): readonly Row[] {
  const votes = state.agents.flatMap((agent) => validVote(state, agent) ?? []);
  const without = state.agents.filter((agent) => !votes.some(({ voter }) => voter === agent.id)).map(({ id }) => id);
  return [
    ...voteRows(state, votes, width),
    ...(without.length === 0 || votes.length === 0
      ? []
      : [row(span(`without a vote that counts: ${safe(without.join(", "))}`, "dim"))]),
    ...block(minority(state, votes), width),
    ...block(effect(state), width),
    ...agreementRows(state, width),
    ...standingAnswers(state).flatMap((answer) => [
      [],
      row(span(answerName(answer.agent, answer.label), { bold: true })),
      ...indent(wrap([span(safe(oneLine(answer.text)), "dim")], width - 2).slice(0, ANSWER_ROWS), span("  ")),
    ]),
  ];
}

/** "winner ada 1.2, 2 of 3 votes" */
export function verdict(run: SeenRun): string {
  const { phase, agents } = run.state;
  const winner = phase.kind === "ended" || phase.kind === "presenting" ? phase.winner : undefined;
  if (!winner) return run.live ? "under way" : "no winner";
  const votes = agents.flatMap((agent) => validVote(run.state, agent) ?? []);
  const won = votes.filter(({ label }) => label === winner.label).length;
  const name = winner.label === null ? winner.agent : answerName(winner.agent, winner.label);
  return `winner ${name}${winner.tieBreak === "user" ? ", chosen by you" : ""}, ${won} of ${votes.length} votes`;
}

function voteRows(state: RunState, votes: readonly Vote[], width: number): readonly Row[] {
  if (votes.length === 0)
    return [row(span(state.settings.skipVoting ? "This run takes no vote." : "No vote yet.", "dim"))];
  const choice = ({ target, label }: Vote): string => safe(answerName(target, label));
  const voters = Math.max(...votes.map(({ voter }) => cells(safe(voter))));
  const choices = Math.max(...votes.map((vote) => cells(choice(vote))));
  return votes.flatMap((vote) => {
    const head = `${pad(safe(vote.voter), voters)} → ${pad(choice(vote), choices)}  `;
    const saw = sawText(state, vote.sees);
    const why = [span(reasonOf(state, vote)), span(saw === "" ? "" : `  ${saw}`, "dim")];
    return indent(wrap(why, Math.max(12, width - cells(head))), span(head, { bold: true }));
  });
}

function reasonOf(state: RunState, { reason }: Vote): string {
  const said = safe(oneLine(withNames(reason, state.agents)));
  return said === "" ? "no reason given" : `"${said}"`;
}

function sawText(state: RunState, sees: readonly AnswerLabel[]): string {
  if (sees.length === 0) return "";
  if (sees.length === state.agents.length) return "saw all";
  const name = (label: AnswerLabel): string =>
    answerName(state.answers.find((answer) => answer.label === label)?.agent ?? "", label).trim();
  return `saw ${safe(sees.map(name).join(", "))}`;
}

/** What those think who were outvoted: the strongest objection to the result is part of it. */
function minority(state: RunState, votes: readonly Vote[]): string {
  const { phase } = state;
  const winner = phase.kind === "ended" || phase.kind === "presenting" ? phase.winner?.label : undefined;
  if (winner === undefined) return "";
  const others = votes.filter(({ label }) => label !== winner);
  if (others.length === 0) return votes.length < 2 ? "" : "Nobody disagreed.";
  const said = others.map(
    (vote) => `${vote.voter} would take ${answerName(vote.target, vote.label)}: ${reasonOf(state, vote)}`,
  );
  return `Minority report: ${said.join("; ")}`;
}

function effect(state: RunState): string {
  const found = teamEffect(state);
  return found ? `Did the team change the answer? ${effectText(found)}` : "";
}

/** What several say of their own accord, what most say first. */
function agreementRows(state: RunState, width: number): readonly Row[] {
  const agreement = agreementOf(state);
  if (!agreement) return [];
  return [
    ...block(`Written blind to each other, they agree: ${agreementText(agreement)}.`, width),
    ...agreement.shared.flatMap(({ text, agents }) =>
      indent(
        wrap([span(safe(text)), span(`  ${safe(agents.join(", "))}`, "dim")], width - 8),
        span(`  ${agents.length} of ${agreement.answers}  `),
      ),
    ),
  ];
}

function block(text: string, width: number): readonly Row[] {
  return text === "" ? [] : [[], ...wrap([span(safe(text))], width)];
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - cells(text)));
}
