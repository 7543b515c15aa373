import { expect, test } from "vitest";
import { agreementOf } from "../../src/core/run/agreement.ts";
import type { RunState } from "../../src/core/run/state.ts";
import { withMode } from "../../src/core/run/mode.ts";
import { RunSettings } from "../../src/core/run/settings.ts";
import { settledRunRows } from "../../components/run/settled-run.ts";
import type { Row } from "../../components/text/rows.ts";
import { votesBody } from "../../components/views/votes-view.ts";
import { makeReport } from "../../src/core/run/make-report.ts";
import { RunReport } from "../../src/core/run/report.ts";
import { runReportText } from "../../src/core/run/report-text.ts";
import { plainAgent, play } from "../engine/play.ts";

const textOf = (rows: readonly Row[]): string => rows.map((row) => row.map(({ text }) => text).join("")).join("\n");

async function independent(texts: Readonly<Record<string, string>>, refinement = false): Promise<RunState> {
  const settings = withMode(RunSettings.parse({}), {
    agents: Object.keys(texts).length,
    refinement,
    planningMode: false,
  });
  const scripts = Object.entries(texts).map(([id, text], index) => [id, plainAgent(text, "agent1", index + 1)]);
  return (await play(Object.fromEntries(scripts), { settings })).state;
}

const REVIEWS = {
  ada: "## Findings\n\n1. `src/auth.ts:42` compares the token with `==`, which leaks its length by timing.\n2. The session cookie in src/login.ts lacks the `Secure` flag.\n3. Passwords are hashed with md5.",
  bob: "I see three problems.\n\n- The token comparison in src/auth.ts:42 with == leaks by timing.\n- No rate limit on POST /login, so passwords can be guessed.\n- src/login.ts sets the session cookie without Secure.",
  cyd: "- src/auth.ts:42: the token is compared with ==; timing leaks it.\n- The retry loop of the mailer never ends when the server is down.\n\n```ts\n// src/login.ts session cookie Secure flag\n```",
};

test("what two or three say of their own accord is found, in other words too", async () => {
  const found = agreementOf(await independent(REVIEWS));
  expect(found?.answers).toBe(3);
  expect(found?.shared).toEqual([
    {
      text: "src/auth.ts:42 compares the token with == , which leaks its length by timing.",
      agents: ["ada", "bob", "cyd"],
    },
    { text: "The session cookie in src/login.ts lacks the Secure flag.", agents: ["ada", "bob"] },
  ]);
});

test("the lead reads it, and the card and the votes show it", async () => {
  const run = await independent(REVIEWS);
  const report = makeReport(run, { runId: "r", number: 1, logDir: "/logs", fileOf: () => "", files: [] });
  expect(RunReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  expect(runReportText(report)).toContain(
    "3 of 3 (ada, bob, cyd): src/auth.ts:42 compares the token with == , which leaks its length by timing.\n2 of 3 (ada, bob): The session",
  );
  const line = "they agree: 1 point by all 3, 1 point by 2 of 3, 4 points by one only";
  expect(textOf(settledRunRows(report, 100, "⌃O"))).toContain(line);
  const votes = textOf(
    votesBody({ runId: "r", number: 1, live: false, state: run, lines: {}, feeds: {}, records: undefined }, 100),
  );
  expect(votes).toContain(
    "3 of 3  src/auth.ts:42 compares the token with == , which leaks its length by timing.  ada, bob, cyd",
  );
  expect(textOf(settledRunRows({ ...report, agreement: undefined }, 100, "⌃O"))).not.toContain("they agree");
});

test("what only one says is counted; code, headings and bare remarks are no points", async () => {
  // md5 of ada; rate limit of bob, and his opening sentence; the mailer of cyd.
  expect(agreementOf(await independent(REVIEWS))?.alone).toBe(4);
});

test("answers that share only the small words do not agree", async () => {
  const found = agreementOf(
    await independent({
      ada: "The best way to do this is to use a queue in front of the database.",
      bob: "The best way to do this is to write the whole file to a temporary name first.",
    }),
  );
  expect(found).toEqual({ answers: 2, shared: [], alone: 2 });
});

test("the same answer twice agrees in everything, whatever its script", async () => {
  const text = "接続が切れたら再接続する。認証トークンは毎回確認する。";
  const found = agreementOf(await independent({ ada: text, bob: `${text}\n` }));
  expect(found?.shared.map(({ agents }) => agents)).toEqual([
    ["ada", "bob"],
    ["ada", "bob"],
  ]);
  expect(found?.alone).toBe(0);
});

test("nothing is said of answers that were written in sight of each other, nor of one alone", async () => {
  expect(agreementOf(await independent(REVIEWS, true))).toBeUndefined();
  expect(agreementOf(await independent({ ada: REVIEWS.ada }))).toBeUndefined();
});

test("long answers of many agents are compared in a moment", async () => {
  const long = Array.from({ length: 400 }, (_, line) => `- Point ${line} concerns file src/module${line}.ts entirely.`);
  const texts = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`agent-${index}`, long.join("\n")]));
  const found = agreementOf(await independent(texts));
  expect(found?.shared).toHaveLength(50);
  expect(found?.shared.every(({ agents }) => agents.length === 12)).toBe(true);
});
