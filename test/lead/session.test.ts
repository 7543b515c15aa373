import { expect, test } from "vitest";
import * as z from "zod";
import { FaultError } from "../../src/core/fault.ts";
import { defineTool } from "../../src/core/tool.ts";
import { gate } from "./gate.ts";
import { kinds, openChat, types, untilWriting } from "./open-chat.ts";
import { slowTool } from "./slow-tool.ts";

const readCoverage = defineTool({
  name: "read_file",
  description: "Read a file.",
  capability: "read",
  input: z.object({ path: z.string() }),
  summary: ({ path }) => `read ${path}`,
  run: async ({ path }) => `${path}: 78 % of the lines`,
});

const call = (id: string, path = "coverage.json") => ({ id, name: "read_file", input: { path } });

test("a question is answered directly, without ceremony", async () => {
  const chat = openChat({ replies: [{ text: "It parses dates." }] });
  await chat.say("What does parse.ts do?");
  expect(types(chat)).toEqual(["user_said", "lead_said"]);
  expect(kinds(chat)).toEqual(["user", "lead"]);
  expect(chat.model.requests[0]).toMatchObject({
    system: "You are the lead.",
    messages: [{ role: "user", text: "What does parse.ts do?" }],
  });
  expect(chat.log.get().leadSpend).toEqual({ calls: 1, tokens: 110, costUsd: 0.01, unpricedCalls: 0 });
});

test("the reply is seen while it is written, and gone from the live view once it is a fact", async () => {
  const chat = openChat({ replies: [{ text: "one two three" }] });
  const seen: string[] = [];
  chat.lead.live.subscribe(() => seen.push(`${chat.lead.live.get().activity}: ${chat.lead.live.get().text}`));
  await chat.say("Count.");
  expect(seen).toEqual(["thinking: ", "writing: one ", "writing: one two ", "writing: one two three", "idle: "]);
});

test("a tool's result reaches the lead, and the screen gets one item for all calls of a reply", async () => {
  const chat = openChat({
    tools: [readCoverage],
    replies: [{ calls: [call("1"), call("2", "lcov.info")] }, { text: "78 %." }],
  });
  await chat.say("What's the coverage?");
  expect(chat.model.requests[1]?.messages.slice(1)).toEqual([
    { role: "assistant", text: "", calls: [call("1"), call("2", "lcov.info")] },
    { role: "tool", callId: "1", name: "read_file", output: "coverage.json: 78 % of the lines", failed: false },
    { role: "tool", callId: "2", name: "read_file", output: "lcov.info: 78 % of the lines", failed: false },
  ]);
  expect(chat.log.get().items.slice(1)).toMatchObject([
    { kind: "tools", calls: [{ summary: "read coverage.json" }, { summary: "read lcov.info" }] },
    { kind: "lead", text: "78 %." },
    { kind: "direct", tools: 2 },
  ]);
});

test("work that was done without a run says so, even without tools", async () => {
  const chat = openChat({ replies: [{ text: "const add = (a, b) => a + b;" }] });
  await chat.say("Write a function that adds two numbers.");
  expect(kinds(chat)).toEqual(["user", "lead", "direct"]);
  expect(new Set(chat.log.get().items.map(({ id }) => id)).size).toBe(3);
});

test("a call of an unknown tool, and one with arguments that do not fit, come back as errors that the lead can mend", async () => {
  const chat = openChat({
    tools: [readCoverage],
    replies: [
      { calls: [{ id: "1", name: "read_fil", input: {} }] },
      { calls: [{ id: "2", name: "read_file", input: { file: "x" } }] },
      { calls: [{ id: "3", name: "launch_run", input: { task: "Go", agents: ["adda"] } }] },
      { text: "Sorry." },
    ],
  });
  await chat.say("Is it covered?");
  const outputs = chat.log.get().messages.flatMap((message) => (message.role === "tool" ? [message] : []));
  expect(outputs.every(({ failed }) => failed)).toBe(true);
  expect(outputs[0]?.output).toContain('No tool "read_fil". Tools: launch_run');
  expect(outputs[1]?.output).toContain("read_file:");
  expect(outputs[2]?.output).toContain('"adda", who is not in the team (ada, bob, cyd)\nDid you mean "ada"?');
});

test("what is said while the lead writes is answered next, and stands behind the reply that did not know of it", async () => {
  const rest = gate();
  const chat = openChat({ replies: [{ text: "Raw sockets.", until: rest.promise }, { text: "Socket.IO, then." }] });
  chat.lead.send({ do: "say", text: "Which library?" });
  await untilWriting(chat);
  chat.lead.send({ do: "say", text: "Can we use Socket.IO?" });
  expect(kinds(chat)).toEqual(["user", "user"]);
  rest.open();
  await chat.lead.idle();
  expect(chat.log.get().messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  expect(chat.model.requests[1]?.messages.at(-1)).toEqual({ role: "user", text: "Can we use Socket.IO?" });
});

test("what is said while a tool runs waits for the result and is read with it", async () => {
  const slow = slowTool();
  const chat = openChat({
    tools: [readCoverage, slow.tool],
    replies: [{ calls: [call("0"), { id: "1", name: "slow", input: {} }] }, { text: "Done both." }],
  });
  chat.lead.send({ do: "say", text: "Start." });
  await slow.begun;
  expect(chat.lead.live.get()).toMatchObject({ activity: "tool", note: "work slowly" });
  chat.lead.send({ do: "say", text: "And look at the tests." });
  slow.letGo("ok");
  await chat.lead.idle();
  expect(chat.model.requests[1]?.messages.slice(3)).toMatchObject([
    { role: "tool", output: "ok" },
    { role: "user", text: "And look at the tests." },
  ]);
  // One turn: what was said in between joined it.
  expect(chat.log.get().items.at(-1)).toMatchObject({ kind: "direct", tools: 2 });
});

test("an interrupt settles the chat at once, keeps what was written, and a deaf model cannot hold it up", async () => {
  const chat = openChat({ replies: [{ text: "First, we ", hang: "deaf" }, { text: "Yes?" }] });
  chat.lead.send({ do: "say", text: "Explain all of it." });
  await untilWriting(chat, "First, we ");
  chat.lead.send({ do: "interrupt" });
  expect(chat.lead.live.get().activity).toBe("idle");
  expect(chat.log.get()).toMatchObject({ interrupted: true, calls: [] });
  expect(chat.log.get().items.at(-1)).toMatchObject({ kind: "interrupted", text: "First, we " });
  await chat.say("Never mind.");
  expect(chat.model.requests[1]?.messages).toEqual([
    { role: "user", text: "Explain all of it." },
    { role: "assistant", text: "First, we \n[interrupted by the user]", calls: [] },
    { role: "user", text: "Never mind." },
  ]);
});

test("what was said before an interrupt, but after the model had begun, stands behind what it wrote", async () => {
  const chat = openChat({ replies: [{ text: "First, ", hang: true }, { text: "Yes?" }] });
  chat.lead.send({ do: "say", text: "Explain." });
  await untilWriting(chat, "First, ");
  chat.lead.send({ do: "say", text: "Shorter, please." });
  chat.lead.send({ do: "interrupt" });
  await chat.lead.idle();
  expect(chat.model.requests).toHaveLength(1);
  await chat.say("Well?");
  expect(chat.model.requests[1]?.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "user"]);
});

test("an interrupt while a tool runs leaves a legal conversation, and the late result is dropped", async () => {
  const slow = slowTool();
  const chat = openChat({
    tools: [slow.tool, readCoverage],
    replies: [{ calls: [{ id: "1", name: "slow", input: {} }, call("2")] }, { text: "Fine." }],
  });
  chat.lead.send({ do: "say", text: "Start." });
  await slow.begun;
  chat.lead.send({ do: "interrupt" });
  expect(slow.signal().aborted).toBe(true);
  slow.letGo("a late result");
  await chat.say("Stop that.");
  expect(chat.log.get().messages.flatMap((message) => (message.role === "tool" ? [message.output] : []))).toEqual([
    expect.stringContaining("may have taken effect in part"),
    "Not run: the user interrupted.",
  ]);
  expect(JSON.stringify(chat.records)).not.toContain("a late result");
});

test("an interrupt with nothing under way is nothing", async () => {
  const chat = openChat({ replies: [{ text: "Hi." }] });
  await chat.say("Hello");
  chat.lead.send({ do: "interrupt" });
  expect(types(chat)).toEqual(["user_said", "lead_said"]);
});

test("a model that fails is shown, and the next message is answered with the first one still there", async () => {
  const fault = { code: "auth" as const, message: "The key was refused", hint: "Set OPENAI_API_KEY." };
  const chat = openChat({ replies: [{ error: fault }, { text: "Both answered." }] });
  await chat.say("One?");
  expect(chat.log.get().fault).toEqual(fault);
  expect(kinds(chat)).toEqual(["user", "fault"]);
  await chat.say("Two?");
  expect(chat.log.get().fault).toBeUndefined();
  expect(chat.model.requests[1]?.messages).toEqual([
    { role: "user", text: "One?" },
    { role: "user", text: "Two?" },
  ]);
});

test("a retry voids the text so far and says what happened", async () => {
  const fault = { code: "overloaded" as const, message: "The server is overloaded" };
  const retry = { attempt: 2, maxAttempts: 4, delayMs: 3000, fault };
  const chat = openChat({ replies: [{ text: "half ", retry }] });
  const seen: unknown[] = [];
  chat.lead.live.subscribe(() => seen.push(chat.lead.live.get()));
  await chat.say("Go.");
  expect(seen).toContainEqual(
    expect.objectContaining({ activity: "retrying", text: "", note: "The server is overloaded; try 2 of 4 in 3.0s" }),
  );
});

test("an empty reply and one that was cut off are faults with a way out, not silence", async () => {
  const chat = openChat({ replies: [{ text: " " }, { text: "It is", stop: "length" }] });
  await chat.say("One?");
  expect(chat.log.get().fault).toMatchObject({ code: "bad_response", message: "scripted-1 sent an empty reply" });
  await chat.say("Two?");
  expect(kinds(chat).slice(-2)).toEqual(["lead", "fault"]);
  expect(chat.log.get().fault?.hint).toContain('Say "go on"');
});

test("a lead that calls tools without end is stopped after a hundred calls", async () => {
  const replies = Array.from({ length: 100 }, (_, at) => ({ calls: [call(String(at))] }));
  const chat = openChat({ tools: [readCoverage], replies });
  await chat.say("Loop.");
  expect(chat.log.get().fault).toMatchObject({ code: "workflow" });
});

test("a tool that changes something runs only once the journal is on disk, and not at all on a full one", async () => {
  const slow = slowTool();
  const chat = openChat({
    tools: [slow.tool],
    flush: () => Promise.reject(new FaultError({ code: "disk", message: "No space left", hint: "Free some." })),
    replies: [{ calls: [{ id: "1", name: "slow", input: {} }] }, { text: "The disk is full." }],
  });
  await chat.say("Start.");
  expect(chat.log.get().messages.at(-2)).toMatchObject({
    role: "tool",
    output: "No space left\nFree some.",
    failed: true,
  });
  expect(() => slow.signal()).toThrow("not begun");
});

test("a chat closed in the middle of a reply applies nothing more, and answers when it is opened again", async () => {
  const first = openChat({ replies: [{ text: "I was ", hang: true }] });
  first.lead.send({ do: "say", text: "Are you there?" });
  await untilWriting(first);
  await first.lead.close();
  first.lead.send({ do: "say", text: "Ignored." });
  expect(types(first)).toEqual(["user_said"]);

  const second = openChat({ past: first.records, replies: [{ text: "I am." }] });
  await second.lead.idle();
  expect(second.log.get().items.at(-1)).toMatchObject({ kind: "lead", text: "I am." });
});

test("a tool that was running when the program died is reported as unknown, and never run again by itself", async () => {
  const slow = slowTool();
  const first = openChat({ tools: [slow.tool], replies: [{ calls: [{ id: "1", name: "slow", input: {} }] }] });
  first.lead.send({ do: "say", text: "Start." });
  await slow.begun;
  await first.lead.close();

  const again = slowTool();
  const second = openChat({ past: first.records, tools: [again.tool], replies: [{ text: "I will look first." }] });
  await second.lead.idle();
  expect(second.model.requests[0]?.messages.at(-1)).toMatchObject({
    role: "tool",
    failed: true,
    output: "Interrupted before completion; outcome unknown. Do not assume it ran.",
  });
  expect(() => again.signal()).toThrow("not begun");
});

test("coming back to a project, the lead speaks first", async () => {
  const chat = openChat({ replies: [{ text: "Phase 1 is done." }] });
  chat.log.apply({ type: "session_resumed", note: "<user_came_back>\n</user_came_back>" });
  await chat.lead.idle();
  expect(kinds(chat)).toEqual(["lead"]);
});

test("an empty message is nothing", async () => {
  const chat = openChat({ replies: [] });
  await chat.say(" \n ");
  expect(chat.records).toEqual([]);
});
