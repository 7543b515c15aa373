import { modeLabel, type ApprovalAsk } from "../../src/core/chat/approval.ts";
import { formatUsd, oneLine } from "../../src/core/text.ts";
import type { Asked } from "../approval/asked.ts";
import { type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";

/** A question as lines, with what can be answered. */
export function questionRows({ ask, who, run }: Asked, width: number): readonly Row[] {
  const lines = ask.kind === "run" ? runLines(ask) : [`${run ? `${who} asks: ` : ""}${ask.title}`, ask.detail];
  return [
    ...lines.flatMap((line) => wrap([span(safe(line))], width)),
    row("Answer 1 to approve, or 3 to decline, with a reason if you like: 3 too dear."),
    ...(run ? [row("/allow run approves everything of the kind for the rest of the run.")] : []),
  ];
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
