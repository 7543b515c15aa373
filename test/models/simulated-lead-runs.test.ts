import { expect, test } from "vitest";
import { chat, launches, names, report } from "./simulated-workshop.ts";

test.each<[string, Record<string, unknown>]>([
  ["Add WebSocket support to the API server.", { purpose: "execution" }],
  ["Can you fix the flaky login test?", { purpose: "execution" }],
  ["Plan the move to PostgreSQL", { purpose: "planning", planning_mode: true }],
  ["Refactor the entire database layer to SQLAlchemy 2.0.", { purpose: "planning", planning_mode: true }],
  ["Review PR #247.", { purpose: "review", refinement: false }],
  ["Add a quick health check, single-agent is fine", { agent_mode: "single", refinement: false }],
  ["I need to decide between Kafka and RabbitMQ. We have ~10k events/sec.", { purpose: "research", refinement: false }],
  ["Get independent perspectives on our error handling", { purpose: "research", refinement: false }],
  ["Should we use Redis or Memcached?", { purpose: "research", refinement: false }],
  ["Add a status endpoint that lists the votes", { purpose: "execution" }],
  ["Analyse the start-up time", { purpose: "analysis" }],
  ["Verify the migration script", { purpose: "verification", agent_mode: "single" }],
])("%j starts the right kind of run, once, and says so", async (said, expected) => {
  const { text, calls } = await chat().say(said);
  expect(launches(calls)).toEqual([expect.objectContaining({ task: said, ...expected })]);
  expect(launches(calls)[0]).not.toHaveProperty("context_paths");
  expect(text).toMatch(/^Run 1 is under way/);
});

test("paths that are named go along with the task", async () => {
  const { calls } = await chat().say("Refactor src/auth/refresh.ts to async");
  expect(launches(calls)[0]?.["context_paths"]).toEqual([{ path: "src/auth/refresh.ts" }]);
});

test("a path that does not exist is left out at the second try", async () => {
  const { calls } = await chat(({ name, input }) =>
    name === "launch_run" && input["context_paths"] !== undefined
      ? { output: "launch_run: src/gone.ts does not exist", failed: true }
      : undefined,
  ).say("Refactor src/gone.ts");
  expect(launches(calls).map((input) => Object.hasOwn(input, "context_paths"))).toEqual([true, false]);
});

test("what the user changed in a proposal is said back", async () => {
  const { text } = await chat(({ name }) =>
    name === "launch_run"
      ? "Run 3 started: x (id run-3; ada, bob; Team).\nThe user changed your proposal:\n- agents: ada, bob (you had proposed: ada, bob, cyd)"
      : undefined,
  ).say("Add a cache");
  expect(text).toContain("With your changes: agents: ada, bob.");
});

test("a declined run is accepted with its reason, and not asked for again", async () => {
  const declined = { output: "The user declined. Their reason: too expensive\nDo not ask again.", failed: true };
  const talk = chat(({ name }) => (name === "launch_run" ? declined : undefined));
  const { text, calls } = await talk.say("Rewrite the billing module");
  expect(launches(calls)).toHaveLength(1);
  expect(text).toContain("“too expensive”");
  expect(text).toMatch(/single agent/);
  expect(text).not.toMatch(/Shall I/);
});

test("after a declined run, “quick, single agent” is the same task done by one", async () => {
  let asked = 0;
  const talk = chat(({ name }) =>
    name === "launch_run" && ++asked === 1 ? { output: "The user declined.", failed: true } : undefined,
  );
  await talk.say("Rewrite the billing module");
  const { calls } = await talk.say("quick, single agent then");
  expect(launches(calls)).toEqual([
    expect.objectContaining({ task: "Rewrite the billing module", agent_mode: "single", refinement: false }),
  ]);
});

test("a launch that fails for another reason is reported, not repeated for ever", async () => {
  const { text, calls } = await chat(({ name }) =>
    name === "launch_run" ? { output: "Two runs are under way already.", failed: true } : undefined,
  ).say("Add a cache");
  expect(launches(calls)).toHaveLength(1);
  expect(text).toContain("Two runs are under way already.");
});

test("the end of a run is kept and told: winner, votes with reasons, disagreement, files, cost, next step", async () => {
  const talk = chat();
  await talk.say("Add WebSocket support");
  const { text, calls } = await talk.say(report());
  expect(names(calls)).toEqual(["save_deliverable", "update_context"]);
  expect(calls[0]?.input).toMatchObject({ name: "websocket-support.md", run: "run-0001" });
  expect(calls[0]?.input["content"]).toMatch(/^## Raw ws[\s\S]*See <\/final_answer> in the log\.$/);
  expect(calls[1]?.input).toMatchObject({ section: "State", mode: "append" });
  for (const part of [
    "**Run 1 · WebSocket support** is done: ada won with 2 of 3 votes.",
    "- cyd → ada: handles reconnects",
    "bob preferred its own answer",
    "src/ws/handler.ts",
    "Cost $0.",
    "simulated",
    "Shall I run a quick single-agent check of it?",
  ]) {
    expect(text).toContain(part);
  }
});

test("what could not be kept is said", async () => {
  const { text } = await chat(({ name }) =>
    name === "save_deliverable" ? { output: "disk: no space left", failed: true } : undefined,
  ).say(report());
  expect(text).toContain("Not kept: disk: no space left");
});

test("a run without an answer is told with its reason, and nothing is kept as its result", async () => {
  const { text, calls } = await chat().say(
    report({ outcome: "failed", winner: null, winnerLabel: null, answer: "", votes: [], fault: "no agent is left" }),
  );
  expect(names(calls)).toEqual(["update_context"]);
  expect(text).toContain("no agent is left");
  expect(text).not.toContain("Shall I");
});

test("two runs that end at once are both told", async () => {
  const { text } = await chat().say(`${report()}\n${report({ number: 2, title: "Other" })}`);
  expect(text).toContain("Run 1 · WebSocket support");
  expect(text).toContain("Run 2 · Other");
});

test("a question that was asked while a run ended is answered after the news of it", async () => {
  const talk = chat();
  const { text } = await talk.say(`${report()}\nWhat does the auth refresh do?`);
  const told = talk.messages
    .filter(({ role }) => role === "assistant")
    .map((message) => "text" in message && message.text);
  expect(told.filter((text) => String(text).includes("is done: ada won"))).toHaveLength(1);
  expect(text).toContain("Renews access tokens");
});

test("a plan is carried out step by step, with a check after each", async () => {
  const talk = chat();
  await talk.say("Plan the WebSocket support");
  const plan = await talk.say(report({ purpose: "planning", title: "WebSocket plan" }));
  expect(plan.text).toContain("Shall I have the team carry out this step: Add the dependency?");
  const [first] = launches((await talk.say("go ahead")).calls);
  expect(first).toMatchObject({ purpose: "execution", task: "Carry out this step: Add the dependency" });
  expect(first?.["context"]).toContain("2. Write the handler");
  await talk.say(report({ number: 2, title: "Dependency" }));
  const [check] = launches((await talk.say("yes, quick single-agent check is fine")).calls);
  expect(check).toMatchObject({ purpose: "verification", agent_mode: "single", refinement: false });
  const checked = await talk.say(report({ number: 3, title: "Check", purpose: "verification" }));
  expect(checked.text).toContain("carry out this step: Write the handler?");
});

test("research ends in a debate with the first round as context, when the user says yes", async () => {
  const talk = chat();
  await talk.say("I need to decide between Kafka and RabbitMQ.");
  const first = await talk.say(report({ purpose: "research", title: "Kafka or RabbitMQ" }));
  expect(first.text).toContain("debate and converge");
  const [debate] = launches((await talk.say("Yes.")).calls);
  expect(debate).toMatchObject({
    task: "I need to decide between Kafka and RabbitMQ.",
    purpose: "research",
    refinement: true,
    context: expect.stringContaining("Raw ws") as string,
  });
});

test("fixing what a review found gets the review as context", async () => {
  const talk = chat();
  await talk.say("Review PR #247.");
  await talk.say(report({ purpose: "review", title: "PR 247" }));
  const [fix] = launches((await talk.say("Fix the consensus issues but skip the refactor.")).calls);
  expect(fix).toMatchObject({ purpose: "execution", context: expect.stringContaining("Raw ws") as string });
  expect(fix?.["task"]).toMatch(/^Fix the consensus issues but skip the refactor\./);
});

test("a change of mind is the same task with that change", async () => {
  const talk = chat();
  await talk.say("Add WebSocket support");
  await talk.say(report());
  const [changed] = launches((await talk.say("Actually, can we use Socket.IO instead of raw WebSockets?")).calls);
  expect(changed?.["task"]).toMatch(/^Add WebSocket support\n\nChanged by the user: .*Socket\.IO/);
});

test("a slow run is looked at, and rerun with the settings that were recommended", async () => {
  const talk = chat(({ name }) => (name === "read_run" ? report({ durationMs: 90_000 }) : undefined));
  await talk.say("Add WebSocket support");
  await talk.say(report());
  const look = await talk.say("That last run seemed slow and the agents kept going in circles.");
  expect(look.calls).toEqual([{ name: "read_run", input: { run: "1" } }]);
  expect(look.text).toContain("1m 30s");
  expect(look.text).toContain("lenient voting");
  expect(launches((await talk.say("Rerun it with those settings.")).calls)).toEqual([
    expect.objectContaining({
      task: "Add WebSocket support",
      agents: ["ada", "bob"],
      coordination_overrides: { voting_sensitivity: "lenient" },
    }),
  ]);
});

test("a no to a proposal is accepted", async () => {
  const talk = chat();
  await talk.say(report());
  const { text, calls } = await talk.say("no, not now");
  expect(calls).toEqual([]);
  expect(text).toMatch(/leave it/);
});
