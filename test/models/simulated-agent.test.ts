import { expect, test } from "vitest";
import * as z from "zod";
import type { Message } from "../../src/core/message.ts";
import type { ModelRequest, ToolSpec } from "../../src/core/model.ts";
import { type AnonymousId, workflowTools } from "../../src/engine/workflow-tools.ts";
import { callOf, converse, replyTo, specOf, toolSpec } from "./simulated-play.ts";

const ids = ["ada", "bob", "cyd"] as const;

const fileSpecs: readonly ToolSpec[] = [
  toolSpec("list_directory", { path: z.string().optional() }),
  toolSpec("search_files", { query: z.string(), path: z.string().optional() }),
  toolSpec("read_file", { path: z.string() }),
  toolSpec("write_file", { path: z.string(), content: z.string() }),
];

const questions = [
  "Add WebSocket support to the API server",
  "Which cache fits a read-heavy API?",
  "Kafka or RabbitMQ?",
  "Fix the flaky login test",
  "Plan the move to PostgreSQL",
  "Make the start-up faster",
  "Write a style guide for commit messages",
  "How should errors reach the user?",
  "Review the retry code",
  "Split the billing module",
];

function opening(task: string, answers: readonly string[] = []): string {
  const blocks = answers.map((text, at) => `<agent${at + 1}> ${text} <end of agent${at + 1}>`);
  const current = blocks.length === 0 ? "(no answers yet)" : blocks.join("\n\n");
  return `<ORIGINAL MESSAGE> ${task} <END OF ORIGINAL MESSAGE>\n\n<CURRENT ANSWERS from the agents>\n${current}\n<END OF CURRENT ANSWERS>`;
}

function anonymous(answers: readonly unknown[]): AnonymousId[] {
  return answers.map((_, at): AnonymousId => `agent${at + 1}`);
}

function request(task: string, answers: readonly string[] = [], mayAnswer = true): ModelRequest {
  return {
    system: "",
    messages: [{ role: "user", text: opening(task, answers) }],
    tools: workflowTools(mayAnswer, anonymous(answers)),
  };
}

async function answersTo(task: string): Promise<string[]> {
  return Promise.all(
    ids.map(async (id) => {
      return String(callOf(await replyTo(request(task), specOf(id))).input["content"]);
    }),
  );
}

async function votesOn(task: string, answers: readonly string[]) {
  return Promise.all(
    ids.map(async (id) => {
      const [call] = (await replyTo(request(task, answers, false), specOf(id))).calls;
      return call?.input as { agent_id: string; reason: string };
    }),
  );
}

test("before it answers, an agent looks around with the tools that it has, in the place that it was granted", async () => {
  const outputs: Readonly<Record<string, string>> = {
    list_directory: "/shop/src/\n/shop/README.md",
    search_files:
      "1 file name matches:\n/shop/src/websocket.ts\n\n1 matching line:\n/shop/src/server.ts:3: // websocket",
    read_file: "/shop/src/websocket.ts: lines 1-2 of 2\n/** Talks to browsers. */\nexport function connect() {}",
  };
  const system = "Files:\n- Your workspace is /runs/1/a.\n- /shop (read only)";
  const tools = [...fileSpecs, ...workflowTools(true, [])];
  const talk = converse(specOf("ada"), tools, ({ name }) => outputs[name] ?? "accepted", system);
  const { calls } = await talk.say(opening("Add WebSocket support"));
  expect(calls.map(({ name }) => name)).toEqual([
    "list_directory",
    "search_files",
    "read_file",
    "write_file",
    "new_answer",
  ]);
  expect(calls[0]?.input).toEqual({ path: "/shop" });
  expect(calls[2]?.input).toEqual({ path: "/shop/src/websocket.ts" });
  expect(calls[3]?.input["path"]).toBe("notes/add-websocket-support.md");
  expect(calls[3]?.input["content"]).toMatch(/simulated/);
  const answer = String(calls[4]?.input["content"]);
  expect(answer).toContain("`/shop/src/websocket.ts`, 2 lines: `connect`");
  expect(answer).toContain("wrote `notes/add-websocket-support.md`");
  expect(answer).toMatch(/Simulated answer/);
});

test("without write_file, and for a question, nothing is written", async () => {
  const tools = [...fileSpecs, ...workflowTools(true, [])];
  const question = converse(specOf("ada"), tools, () => "x");
  const asked = await question.say("<ORIGINAL MESSAGE> Which cache fits? <END OF ORIGINAL MESSAGE>");
  const planning = converse(specOf("ada"), [...fileSpecs.slice(0, 3), ...workflowTools(true, [])], () => "x");
  const planned = await planning.say("<ORIGINAL MESSAGE> Add a cache <END OF ORIGINAL MESSAGE>");
  expect([...asked.calls, ...planned.calls].map(({ name }) => name)).not.toContain("write_file");
});

test("three agents give three different answers, and their votes are divided on part of the questions", async () => {
  const divided = await Promise.all(
    questions.map(async (task) => {
      const answers = await answersTo(task);
      expect(new Set(answers).size, task).toBe(3);
      const votes = await votesOn(task, answers);
      for (const { agent_id, reason } of votes) {
        expect(["agent1", "agent2", "agent3"], task).toContain(agent_id);
        expect(reason.length, task).toBeGreaterThan(30);
      }
      return new Set(votes.map(({ agent_id }) => agent_id)).size > 1;
    }),
  );
  const count = divided.filter(Boolean).length;
  expect(count).toBeGreaterThanOrEqual(3);
});

test("agents recommend different options of a choice", async () => {
  const answers = await answersTo("I need to decide between Kafka and RabbitMQ for our event bus.");
  const recommended = answers.map((answer) => /Recommendation: \*\*(\w+)\*\*/.exec(answer)?.[1]);
  expect(new Set(recommended)).toEqual(new Set(["Kafka", "RabbitMQ"]));
});

test("no configured id stands in an answer or in a reason", async () => {
  const answers = await answersTo("Add a cache");
  const votes = await votesOn("Add a cache", answers);
  expect([...answers, ...votes.map(({ reason }) => reason)].join("\n")).not.toMatch(/\b(ada|bob|cyd)\b/);
});

test("a plainly better answer gets every vote", async () => {
  const good =
    "## Write-through cache\n\n1. Put it into src/cache.ts\n2. Read products from the cache\n3. Invalidate on write\n4. Measure\n5. Test\n\nNot sure: memory limits of the cache for products.";
  const votes = await votesOn("Cache the products", ["no idea", good, "dunno"]);
  expect(votes.map(({ agent_id }) => agent_id)).toEqual(["agent2", "agent2", "agent2"]);
});

test("now and then an agent improves an answer instead of voting, but never one that was combined already", async () => {
  const kinds = await Promise.all(
    questions.flatMap((task) =>
      ids.map(async (id) => {
        const answers = await answersTo(task);
        const call = callOf(await replyTo(request(task, answers), specOf(id)));
        if (call.name === "vote") return "vote";
        const content = String(call.input["content"]);
        expect(content).toMatch(/^## Combined: /);
        expect(content).toMatch(/\(from agent\d\)/);
        const next = await Promise.all(
          ids.map(async (id) => replyTo(request(task, [...answers.slice(0, 2), content]), specOf(id))),
        );
        expect(next.flatMap(({ calls }) => calls.map(({ name }) => name))).toEqual(["vote", "vote", "vote"]);
        return "improved";
      }),
    ),
  );
  const improved = kinds.filter((kind) => kind === "improved").length;
  expect(improved).toBeGreaterThan(0);
  expect(improved).toBeLessThan(questions.length * ids.length * 0.4);
});

test("a vote that was turned down names another target the next time", async () => {
  const base = request("Add a cache", await answersTo("Add a cache"), false);
  const first = await replyTo(base, specOf("ada"));
  const [vote] = first.calls;
  const target = String(callOf(first).input["agent_id"]);
  const messages: Message[] = [
    ...base.messages,
    { role: "assistant", text: first.text, calls: first.calls },
    {
      role: "tool",
      callId: vote?.id ?? "",
      name: "vote",
      output: `"${target}" has no answer that you were shown. Vote for one of: agent1, agent2.`,
      failed: true,
    },
  ];
  const second = callOf(await replyTo({ ...base, messages }, specOf("ada")));
  expect(second.name).toBe("vote");
  expect(second.input["agent_id"]).not.toBe(target);
});

test("an answer that was turned down is followed by one with another approach", async () => {
  const base = request("Add a cache");
  const first = await replyTo(base, specOf("ada"));
  const [call] = first.calls;
  const messages: Message[] = [
    ...base.messages,
    { role: "assistant", text: first.text, calls: first.calls },
    { role: "tool", callId: call?.id ?? "", name: "new_answer", output: "Your answer is too close.", failed: true },
  ];
  const [second] = (await replyTo({ ...base, messages }, specOf("ada"))).calls;
  expect(second?.name).toBe("new_answer");
  expect(second?.input).not.toEqual(call?.input);
});

test("an update with a newer answer is taken into account", async () => {
  const answers = ["no idea", "dunno"];
  const base = request("Cache the products", answers, false);
  const update: Message = {
    role: "user",
    text: "<UPDATE> A new answer has arrived while you worked:\n\n<agent2> ## Cache\n\n1. Cache products in src/cache.ts\n2. Test\n\nRisk: stale products. <end of agent2>\n\nLook at it, then decide again: vote for the best. <END OF UPDATE>",
  };
  const before: Message = { role: "assistant", text: "Looking.", calls: [] };
  const [call] = (await replyTo({ ...base, messages: [...base.messages, before, update] }, specOf("ada"))).calls;
  expect(call?.input).toMatchObject({ agent_id: "agent2" });
});

test("told that time is nearly up, an agent submits at once instead of looking around", async () => {
  const messages: Message[] = [
    { role: "user", text: opening("Add a cache") },
    { role: "user", text: "The time or budget of this run is nearly used up. Submit now what you have." },
  ];
  const tools = [...fileSpecs, ...workflowTools(true, [])];
  const { calls } = await replyTo({ system: "", messages, tools }, specOf("ada"));
  expect(calls.map(({ name }) => name)).toEqual(["new_answer"]);
});

test("a review names what can be checked, with lines, and not all agents notice the same", async () => {
  const text = "// TODO later\nfunction load(x: any) {\n  console.log(x);\n  try { x(); } catch (error) {}\n}";
  const outputs: Readonly<Record<string, string>> = {
    list_directory: "load.ts",
    search_files: "load.ts",
    read_file: `load.ts: lines 1-5 of 5\n${text}`,
  };
  const tools = [...fileSpecs, ...workflowTools(true, [])];
  const reviews = await Promise.all(
    [...ids, "dan", "eve"].map(async (id) => {
      const talk = converse(specOf(id), tools, ({ name }) => outputs[name] ?? "accepted");
      const { calls } = await talk.say("<ORIGINAL MESSAGE> Review load.ts <END OF ORIGINAL MESSAGE>");
      return String(calls.at(-1)?.input["content"]);
    }),
  );
  expect(reviews.join("\n")).toContain("`load.ts:4` swallows an error");
  expect(reviews.join("\n")).toContain("`load.ts:2` switches the type checker off");
  expect(new Set(reviews.map((review) => review.match(/`load\.ts:\d+` \w+/g)?.join())).size).toBeGreaterThan(1);
});

test("the presenter writes the winner's own answer, without agents and votes", async () => {
  const text = opening("Add a cache", [
    "## First\n\nlong long long long",
    "## Second\n\n- keep it (from agent1)\n(2 files in agent2.1: a, b)",
  ]);
  const messages: Message[] = [
    {
      role: "user",
      text: `You received 2 votes with these remarks:\n- “Second”: it names the files.\n- agent1 is thinner.\n\nYour own answer is the one of agent2.\n\n${text}`,
    },
  ];
  const { text: final, calls } = await replyTo({ system: "", messages, tools: [] }, specOf("bob"));
  expect(calls).toEqual([]);
  expect(final).toMatch(/^## Second\n\n- keep it\n/);
  expect(final).toContain("it names the files.");
  expect(final).toContain("imulated");
  expect(final).not.toMatch(/agent\d|vote/);
});

test("plain chat without a team is answered honestly", async () => {
  const { text } = await replyTo(
    { system: "", messages: [{ role: "user", text: "Tell me a joke" }], tools: [] },
    specOf("ada"),
  );
  expect(text).toMatch(/simulated model/);
});
