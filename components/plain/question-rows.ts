import { modeLabel, type ApprovalAsk, type RunProposal } from "../../src/core/chat/approval.ts";
import { formatUsd, oneLine } from "../../src/core/text.ts";
import type { Asked } from "../approval/asked.ts";
import { type ApprovalState, editable, type Field, type ForAll, forAllOf } from "../approval/approval-state.ts";
import { coversText, detailRows } from "../approval/detail-rows.ts";
import { modelName } from "../run/names.ts";
import { type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";

type CommandAsk = Extract<ApprovalAsk, { kind: "command" }>;

/** A question as lines, with what can be answered. */
export function questionRows({ ask, who, run }: Asked, width: number): readonly Row[] {
  const lines = ask.kind === "run" ? runLines(ask) : commandText({ ask, who, run });
  const forAll = forAllOf({ ask, run });
  return [
    ...detailRows(lines, width),
    row(
      `Answer 1 to approve, ${ask.kind === "run" ? "2 to edit, " : ""}or 3 to decline, with a reason if you like: 3 too dear.`,
    ),
    ...(forAll === undefined ? [] : [row(`${FOR_ALL[forAll]}.`)]),
  ];
}

const FOR_ALL: Readonly<Record<ForAll, string>> = {
  "For the whole run": "2, or /allow run, approves everything of the kind for the rest of the run",
  "For this session": "2 approves everything of the kind for as long as the chat is open",
};

function commandText({ ask, who, run }: Pick<Asked, "who" | "run"> & { readonly ask: CommandAsk }): readonly string[] {
  const { title, detail, covers = [] } = ask;
  const kind = covers.length === 0 ? [] : [`Of the kind: ${coversText(covers)}`];
  return [`${run ? `${who} asks: ` : ""}${oneLine(title)}`, ...detail.split("\n"), ...kind];
}

/** A run that is being edited: what can be switched, a numbered line each. */
export function editRows(card: ApprovalState, width: number): readonly Row[] {
  const { proposal, note } = card;
  if (!proposal) return [];
  const lines = editable(card).map((field, index) => `${index + 1}. ${fieldText(proposal, field)}`);
  const help = "A number switches it, y approves the run like this, n declines it, an empty line goes back.";
  return [
    ...(note === "" ? [] : [row(span(note, "warn"))]),
    ...[`Editing the run. Mode: ${modeLabel(proposal)}.`, ...lines, help].flatMap((line) =>
      wrap([span(safe(line))], width),
    ),
  ];
}

function fieldText(proposal: RunProposal, field: Field): string {
  if (field.kind === "agent") {
    const agent = proposal.agents[field.index];
    return agent ? `${agent.id} (${modelName(agent)}): ${agent.on ? "takes part" : "left out"}` : "";
  }
  if (field.kind === "path") {
    const path = proposal.contextPaths[field.index];
    return path ? `${path.path}: ${path.permission}` : "";
  }
  return `vote and refine: ${proposal.refinement ? "on" : "off"}`;
}

function runLines({ proposal }: Extract<ApprovalAsk, { kind: "run" }>): readonly string[] {
  const { task, agents, contextPaths, estimate, maxCostUsd } = proposal;
  const on = agents
    .filter((agent) => agent.on)
    .map(({ id, model, simulated }) => `${id} (${simulated ? "simulated" : model})`);
  const files = contextPaths.map(({ path, permission }) => `${path} (${permission})`);
  const cost =
    estimate.lowUsd === null || estimate.highUsd === null
      ? `not known, ${estimate.basis}`
      : `${formatUsd(estimate.lowUsd)} to ${formatUsd(estimate.highUsd)}, from ${estimate.basis}`;
  return [
    `Question: may this run start? ${oneLine(task)}`,
    `Agents: ${on.join(", ")}. Mode: ${modeLabel(proposal)}.`,
    ...(files.length === 0 ? [] : [`Files: ${files.join(", ")}.`]),
    `Cost: ${cost}${maxCostUsd === undefined ? "" : `; stops at ${formatUsd(maxCostUsd)}`}.`,
  ];
}
