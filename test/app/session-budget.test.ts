import { describe, expect, test } from "vitest";
import { budgetNote, checkBudget, leftOf, type SessionBudget } from "../../src/app/session-budget.ts";

const budget = (edit: Partial<SessionBudget> = {}): SessionBudget => ({
  maxUsd: 5,
  spentUsd: 1,
  running: [],
  ...edit,
});

describe("the budget of a session", () => {
  test("without a limit nothing is refused and nothing said", () => {
    const open = budget({ maxUsd: null, spentUsd: 1000 });
    expect(leftOf(open)).toBeNull();
    expect(() => checkBudget(open)).not.toThrow();
    expect(budgetNote(open)).toBe("");
  });

  test("runs under way count with all that they may still spend, or with what they have spent if nothing limits them", () => {
    const running = [
      { spentUsd: 0.5, capUsd: 2 },
      { spentUsd: 0.25, capUsd: null },
    ];
    expect(leftOf(budget({ running }))).toBe(1.75);
  });

  test("refuses another run once it is reached, and says what to do", () => {
    expect(() => checkBudget(budget({ spentUsd: 5.2 }))).toThrow(
      /has spent \$5\.20; .*max_session_cost_usd is \$5\.00/,
    );
    const full = budget({ spentUsd: 3, running: [{ spentUsd: 0.1, capUsd: 2 }] });
    expect(() => checkBudget(full)).toThrow(/has spent \$3\.00, and the runs under way may spend \$2\.00/);
    expect(() => checkBudget(budget({ spentUsd: 4.99 }))).not.toThrow();
  });

  test("warns from 80 % on", () => {
    expect(budgetNote(budget({ spentUsd: 3.99 }))).toBe("");
    expect(budgetNote(budget({ spentUsd: 4 }))).toBe("$4.00 of the $5.00 of this session are used");
    expect(budgetNote(budget({ spentUsd: 5 }))).toBe("$5.00 of the $5.00 of this session are used up");
  });
});
