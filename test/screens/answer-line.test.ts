import { expect, test } from "vitest";
import { type ApprovalState, openApproval } from "../../components/approval/approval-state.ts";
import { answerLine } from "../../components/plain/answer-line.ts";
import { editRows, questionRows } from "../../components/plain/question-rows.ts";
import { proposal } from "./situations.ts";
import { textOf } from "./views.ts";

const asked = { key: "c1", at: 0, who: "lead", run: undefined };
const card = openApproval({ ...asked, ask: { kind: "run", proposal } }, 0);
const ask = { kind: "command", title: "Run it?", detail: "ls" } as const;
const command = openApproval({ ...asked, ask }, 0);
const inRun = openApproval({ ...asked, ask, run: { runId: "r1", number: 1, id: "p1", agent: "ada" } }, 0);

/** The card after these lines. */
function after(...lines: readonly string[]): ApprovalState {
  return lines.reduce((now, line) => answerLine(now, line)?.card ?? now, card);
}

const answerTo = (now: ApprovalState, line: string): unknown => answerLine(now, line)?.answer;

test("a question is answered by a line: yes, no with a reason, or not at all", () => {
  expect(textOf(questionRows(card.asked, 100))).toContain("Answer 1 to approve, 2 to edit, or 3 to decline");
  expect(textOf(questionRows(command.asked, 100))).toContain("Answer 1 to approve, or 3 to decline");
  expect(answerTo(card, "1")).toEqual({ allow: true });
  expect(answerTo(card, " Yes ")).toEqual({ allow: true });
  expect(answerTo(card, "3 too dear")).toEqual({ allow: false });
  expect(answerLine(card, "3 too dear")?.note).toBe("too dear");
  expect(answerTo(inRun, "2")).toEqual({ allow: true, forAll: true });
  expect(answerLine(card, "1st of all, what is it?")).toBeUndefined();
  expect(answerLine(card, "what would it do?")).toBeUndefined();
  expect(answerLine(command, "2")).toBeUndefined();
});

test("a run is edited by numbers, and what was edited is what is approved", () => {
  const [first] = proposal.agents;
  expect(textOf(editRows(after("2"), 100))).toContain(`1. ${first?.id} (`);
  const edited = after("2", "1", String(proposal.agents.length + 1));
  expect(textOf(editRows(edited, 100))).toMatch(new RegExp(`1\\. ${first?.id} .*: left out`));
  expect(textOf(editRows(edited, 100))).toContain(`vote and refine: ${proposal.refinement ? "off" : "on"}`);
  expect(answerTo(edited, "y")).toEqual({
    allow: true,
    edited: {
      ...proposal,
      refinement: !proposal.refinement,
      agents: proposal.agents.map((agent, index) => (index === 0 ? { ...agent, on: !agent.on } : agent)),
    },
  });
  expect(answerTo(after("e", "1", "1"), "yes")).toEqual({ allow: true });
  expect(answerLine(edited, "n not like this")).toMatchObject({ answer: { allow: false }, note: "not like this" });
  expect(after("2", "1", "").mode).toBe("ask");
});

test("what cannot be switched is said, and the last agent stays", () => {
  expect(after("2", "99").note).toBe("there is no 99 to switch");
  const all = proposal.agents.map((_, index) => String(index + 1));
  const last = after("2", ...all);
  expect(last.proposal?.agents.filter(({ on }) => on)).toHaveLength(1);
  expect(textOf(editRows(last, 100))).toContain("at least one agent takes part");
  expect(answerLine(after("2"), "and a message to the lead")).toBeUndefined();
});
