import { validVote } from "../../src/core/run/freshness.ts";
import { withNames } from "../../src/core/run/names.ts";
import type { RunReport } from "../../src/core/run/report.ts";
import type { LiveRun } from "../../src/core/front-end.ts";
import { oneLine } from "../../src/core/text.ts";
import { indent, type Row, row, span, spread } from "../text/rows.ts";
import { cells, safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";
import { answerName } from "./names.ts";

type Ballot = {
  readonly title: string;
  readonly verdict: string;
  readonly answers: readonly { readonly name: string; readonly text: string }[];
  readonly votes: readonly {
    readonly voter: string;
    readonly choice: string;
    readonly reason: string;
    readonly saw: string;
  }[];
};

/** Who voted for what, and why; then the answers that were up for it. */
export function votesRows(ballot: Ballot, width: number): readonly Row[] {
  const voters = Math.max(0, ...ballot.votes.map(({ voter }) => cells(voter)));
  const choices = Math.max(0, ...ballot.votes.map(({ choice }) => cells(choice)));
  const votes = ballot.votes.flatMap(({ voter, choice, reason, saw }) => {
    const head = `${voter.padEnd(voters)} → ${choice.padEnd(choices)}  `;
    const why = [span(reason === "" ? "no reason given" : `"${reason}"`), span(saw === "" ? "" : `  ${saw}`, "dim")];
    return indent(wrap(why, Math.max(10, width - cells(head))), span(head, { bold: true }));
  });
  const answers = ballot.answers.flatMap(({ name, text }) => [
    [],
    row(span(name, { bold: true })),
    ...indent(wrap([span(text, "dim")], width - 2).slice(0, 3), span("  ")),
  ]);
  return [
    spread(row(span(ballot.title, { bold: true })), row(span(ballot.verdict, "dim")), width),
    row(span("─".repeat(width), "dim")),
    ...(votes.length === 0 ? [row(span("No vote yet.", "dim"))] : votes),
    ...answers,
  ];
}

export function reportBallot(report: RunReport): Ballot {
  const won = report.votes.filter(({ label }) => label === report.winnerLabel).length;
  const { winner, winnerLabel } = report;
  return {
    title: `Run ${report.number} · votes`,
    verdict:
      winner === null || winnerLabel === null
        ? "no winner"
        : `winner ${answerName(winner, winnerLabel)}, ${won} of ${report.votes.length} votes`,
    answers: report.answers.map(({ agent, label, text }) => ({
      name: answerName(agent, label),
      text: safe(oneLine(text)),
    })),
    votes: report.votes.map(({ voter, target, label, reason }) => ({
      voter,
      choice: answerName(target, label),
      reason: safe(oneLine(reason)),
      saw: "",
    })),
  };
}

export function liveBallot({ number, state }: LiveRun): Ballot {
  const name = (label: string): string =>
    answerName(state.answers.find((answer) => answer.label === label)?.agent ?? "", label).trim();
  return {
    title: `Run ${number} · votes so far`,
    verdict: "under way",
    answers: state.answers.map(({ agent, label, text }) => ({
      name: answerName(agent, label),
      text: safe(oneLine(text)),
    })),
    votes: state.agents.flatMap((agent) => {
      const vote = validVote(state, agent);
      if (!vote) return [];
      const { voter, target, label, reason, sees } = vote;
      const saw = sees.length === state.agents.length ? "saw all" : `saw ${sees.map(name).join(", ")}`;
      return [
        {
          voter,
          choice: answerName(target, label),
          reason: safe(oneLine(withNames(reason, state.agents))),
          saw: sees.length === 0 ? "" : saw,
        },
      ];
    }),
  };
}
