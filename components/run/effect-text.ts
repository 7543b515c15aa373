import type { TeamEffect } from "../../src/core/run/team-effect.ts";
import { formatUsd } from "../../src/core/text.ts";
import { answerName } from "./names.ts";

/** "Yes: ada 1.2 took the place of ada 1.1. The first answer had cost $0.12, the team $0.26 more. 2 of 3 agreed." */
export function effectText({ first, winning, changed, firstUsd, extraUsd, agreed, votes }: TeamEffect): string {
  const what = changed
    ? `Yes: ${answerName(winning.agent, winning.label)} took the place of ${answerName(first.agent, first.label)}.`
    : `No: the first answer of ${first.agent} won as it was.`;
  const price =
    firstUsd === null || extraUsd === null
      ? "What that cost is not known: a model has no price."
      : `The first answer had cost ${formatUsd(firstUsd)}, the team ${formatUsd(extraUsd)} more.`;
  return `${what} ${price}${votes === 0 ? "" : ` ${agreed} of ${votes} agreed.`}`;
}
