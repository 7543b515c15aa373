import { expect, test } from "vitest";
import * as z from "zod";
import { FaultError } from "../../src/core/fault.ts";
import { RunProposal } from "../../src/core/chat/approval.ts";
import { defineTool } from "../../src/core/tool.ts";
import { gate } from "./gate.ts";
import { asked, type Chat, kinds, launchCall, openChat, types, untilWriting } from "./open-chat.ts";
import { slowTool } from "./slow-tool.ts";

/** The proposal on the card, and the call that it is about. */
function card(chat: Chat): { callId: string; proposal: RunProposal } {
  const { call, ask } = asked(chat);
  if (ask.kind !== "run") throw new Error("No run is asked for");
  return { callId: call.id, proposal: ask.proposal };
}

test("one message: proposal, edit, approval, launch, report, answer", async () => {
  const chat = openChat({
    replies: [launchCall("1"), { text: "Run 1 is under way." }, { text: "ada won, 2 of 3: ship it." }],
  });
  await chat.say("Fix the build.");
  const { callId, proposal } = card(chat);
  expect(proposal).toMatchObject({
    title: "Make it safe to ship",
    purpose: "execution",
    refinement: true,
    estimate: { basis: "3 similar runs" },
  });
  const agents = proposal.agents.map((agent) => ({ ...agent, on: agent.id !== "cyd" }));
  chat.lead.send({ do: "answer_approval", callId, allow: true, edited: { ...proposal, agents, maxCostUsd: 2 } });
  await chat.lead.idle();
  expect(chat.launched).toEqual([{ ...proposal, agents, maxCostUsd: 2 }]);
  const told = chat.model.requests[1]?.messages.at(-1);
  expect(told).toMatchObject({ role: "tool", failed: false });
  expect(told).toHaveProperty("output", expect.stringContaining("Run 1 started"));
  expect(told).toHaveProperty(
    "output",
    expect.stringContaining("- agents: ada, bob (you had proposed: ada, bob, cyd)"),
  );
  expect(told).toHaveProperty("output", expect.stringContaining("- cost cap in USD: 2 (you had proposed: none)"));

  chat.finishRun(1);
  await chat.lead.idle();
  expect(chat.model.requests[2]?.messages.at(-1)).toMatchObject({
    role: "user",
    text: expect.stringMatching(/^<run_report run="1" id="run-1" .*winner="ada".* votes="2 of 3"/) as string,
  });
  expect(types(chat)).toEqual([
    "user_said",
    "lead_said",
    "approval_asked",
    "approval_answered",
    "tool_started",
    "run_launched",
    "tool_finished",
    "lead_said",
    "run_finished",
    "lead_said",
  ]);
  expect(kinds(chat)).toEqual(["user", "lead", "approval", "lead", "run", "lead"]);
  expect(chat.log.get()).toMatchObject({ runs: [], reports: [{ runId: "run-1" }] });
});

test("a declined run comes back with the reason and is not called a direct answer", async () => {
  const chat = openChat({ replies: [launchCall("1"), { text: "I will only look at the tests, then." }] });
  await chat.say("Fix the build.");
  chat.lead.send({ do: "answer_approval", callId: card(chat).callId, allow: false, note: "Too expensive." });
  await chat.lead.idle();
  expect(chat.launched).toEqual([]);
  expect(chat.model.requests[1]?.messages.at(-1)).toMatchObject({
    role: "tool",
    failed: true,
    output: expect.stringContaining("The user declined. Their reason: Too expensive.") as string,
  });
  expect(kinds(chat)).toEqual(["user", "lead", "approval", "lead"]);
});

test("a chat closed at the approval shows it again, and what was approved is what runs", async () => {
  const first = openChat({ replies: [launchCall("1")] });
  await first.say("Fix the build.");
  const asked = card(first);
  await first.lead.close();

  // By the next day the configuration grants something else.
  const defaults = { contextPaths: [{ path: "/other", permission: "write" as const }], maxCostUsd: 9 };
  const second = openChat({ past: first.records, defaults, replies: [{ text: "Under way." }] });
  await second.lead.idle();
  expect(card(second)).toEqual(asked);
  second.lead.send({ do: "answer_approval", callId: "1", allow: true });
  await second.lead.idle();
  expect(second.launched).toMatchObject([{ contextPaths: [] }]);
});

test("a chat that died between the approval and the launch launches", async () => {
  const first = openChat({ replies: [launchCall("1")] });
  await first.say("Fix the build.");
  await first.lead.close();
  first.log.apply({ type: "approval_answered", callId: "1", allow: true });

  const second = openChat({ past: first.records, replies: [{ text: "Under way." }] });
  await second.lead.idle();
  expect(second.launched).toHaveLength(1);
});

test("an approval is answered once; a second answer, and one without any agent, change nothing", async () => {
  const chat = openChat({ replies: [launchCall("1"), { text: "Under way." }] });
  await chat.say("Fix the build.");
  const { callId, proposal } = card(chat);
  const nobody = { ...proposal, agents: proposal.agents.map((agent) => ({ ...agent, on: false })) };
  chat.lead.send({ do: "answer_approval", callId, allow: true, edited: nobody });
  expect(card(chat).callId).toBe(callId);
  expect(chat.log.get().items.at(-1)).toMatchObject({ kind: "fault", fault: { code: "usage" } });
  chat.lead.send({ do: "answer_approval", callId, allow: true });
  chat.lead.send({ do: "answer_approval", callId, allow: false });
  await chat.lead.idle();
  expect(chat.launched).toHaveLength(1);
  expect(types(chat).filter((type) => type === "approval_answered")).toHaveLength(1);
});

test("in auto mode a run starts unasked, unless it reaches further than the configuration", async () => {
  const chat = openChat({
    mode: "auto",
    defaults: { contextPaths: [{ path: "/repo/src", permission: "read" }] },
    replies: [
      launchCall("1", { task: "Look.", context_paths: [{ path: "/repo/src/api" }] }),
      launchCall("2", { task: "Change.", context_paths: [{ path: "/repo/src", permission: "write" }] }),
    ],
  });
  await chat.say("Fix the build.");
  expect(chat.launched.map(({ task }) => task)).toEqual(["Look."]);
  expect(chat.log.get().calls).toMatchObject([{ stage: "asked", ask: { widens: ["/repo/src (write)"] } }]);
});

test("the user can talk during a run, and two runs report one by one", async () => {
  const chat = openChat({
    mode: "auto",
    replies: [
      { calls: [...(launchCall("1").calls ?? []), ...(launchCall("2", { task: "Write the docs." }).calls ?? [])] },
      { text: "Two runs are under way." },
      { text: "It is in auth.ts." },
      { text: "Run 2 is done." },
      { text: "Run 1 is done, too." },
    ],
  });
  await chat.say("Fix the build and write the docs.");
  expect(chat.log.get().runs.map(({ number }) => number)).toEqual([1, 2]);
  await chat.say("Where is the login?");
  chat.finishRun(2);
  await chat.lead.idle();
  expect(chat.log.get().runs.map(({ number }) => number)).toEqual([1]);
  chat.finishRun(1, { outcome: "cancelled", winner: null, winnerLabel: null, votes: [], fault: "Stopped by the user" });
  await chat.lead.idle();
  expect(chat.model.requests.at(-1)?.messages.at(-1)).toMatchObject({
    text: expect.stringContaining("Stopped by the user") as string,
  });
  expect(kinds(chat)).toEqual(["user", "lead", "user", "lead", "run", "lead", "run", "lead"]);
});

test("a run that ends while the lead writes is reported right after", async () => {
  const rest = gate();
  const chat = openChat({
    mode: "auto",
    replies: [launchCall("1"), { text: "Under way.", until: rest.promise }, { text: "Done." }],
  });
  chat.lead.send({ do: "say", text: "Fix the build." });
  await untilWriting(chat, "Under");
  chat.finishRun(1);
  rest.open();
  await chat.lead.idle();
  expect(
    chat.log
      .get()
      .messages.slice(-3)
      .map(({ role }) => role),
  ).toEqual(["assistant", "user", "assistant"]);
});

test("a run goes on when the lead is interrupted, and its end wakes the lead", async () => {
  const chat = openChat({
    mode: "auto",
    replies: [launchCall("1"), { text: "Under", hang: true }, { text: "Done." }],
  });
  chat.lead.send({ do: "say", text: "Fix the build." });
  await untilWriting(chat, "Under");
  chat.lead.send({ do: "interrupt" });
  await chat.lead.idle();
  expect(chat.log.get()).toMatchObject({ interrupted: true, runs: [{ number: 1 }] });
  chat.finishRun(1);
  await chat.lead.idle();
  expect(chat.log.get()).toMatchObject({ interrupted: false, runs: [] });
});

test("a launch that fails is told to the lead as it is", async () => {
  const chat = openChat({
    mode: "auto",
    runs: {
      launch: () => Promise.reject(new FaultError({ code: "budget", message: "Two runs are under way already" })),
    },
    replies: [launchCall("1"), { text: "Later, then." }],
  });
  await chat.say("Fix the build.");
  expect(chat.model.requests[1]?.messages.at(-1)).toMatchObject({
    output: "Two runs are under way already",
    failed: true,
  });
  expect(kinds(chat)).toContain("tools");
});

test("/run asks for approval and starts without the lead, which hears of it with the next thing it has to answer", async () => {
  const chat = openChat({ replies: [{ text: "Yes, run 1 does that." }] });
  chat.lead.send({
    do: "call",
    text: "/run Fix it",
    tool: "launch_run",
    input: { task: "Fix it", agent_mode: "multi" },
  });
  await chat.lead.idle();
  chat.lead.send({ do: "answer_approval", callId: card(chat).callId, allow: true });
  await chat.lead.idle();
  expect(chat.launched).toHaveLength(1);
  expect(chat.model.requests).toHaveLength(0);
  await chat.say("Is it being fixed?");
  expect(chat.model.requests[0]?.messages).toMatchObject([
    {
      role: "user",
      text: expect.stringMatching(/^<user_command tool="launch_run" outcome="done">\nRun 1 started/) as string,
    },
    { role: "user", text: "Is it being fixed?" },
  ]);
});

test("/run does not wait for the lead, nor the lead for its card", async () => {
  const rest = gate();
  const chat = openChat({ replies: [{ text: "Well,", until: rest.promise }, { text: "Sure." }] });
  chat.lead.send({ do: "say", text: "Explain it." });
  chat.lead.send({ do: "call", text: "/run Fix it", tool: "launch_run", input: { task: "Fix it" } });
  await chat.until(({ calls }) => calls.some(({ stage }) => stage === "asked"));
  rest.open();
  await chat.lead.idle();
  await chat.say("More?");
  expect(kinds(chat)).toEqual(["user", "user", "lead", "user", "lead"]);
  expect(card(chat).proposal.task).toBe("Fix it");
});

test("a command other than a run is answered by the lead; one typed while a run is asked for does not answer for it", async () => {
  const openProject = defineTool({
    name: "open_project",
    description: "Open a project.",
    capability: "write",
    input: z.object({ name: z.string() }),
    summary: ({ name }) => `open project ${name}`,
    run: async ({ name }) => `${name}: phase 1 is done`,
  });
  const chat = openChat({ tools: [openProject], replies: [{ text: "Phase 1 is done. Shall I go on?" }] });
  chat.lead.send({ do: "call", text: "/run Fix it", tool: "launch_run", input: { task: "Fix it" } });
  await chat.lead.idle();
  chat.lead.send({ do: "call", text: "/project grpc", tool: "open_project", input: { name: "grpc" } });
  await chat.lead.idle();
  expect(kinds(chat)).toEqual(["user", "user", "tools", "lead"]);
  expect(chat.model.requests[0]?.messages).toMatchObject([
    { text: expect.stringContaining("phase 1 is done") as string },
  ]);
  expect(card(chat).proposal.task).toBe("Fix it");
});

test("an interrupt stops what the user called, too, but not the card of a run", async () => {
  const slow = slowTool();
  const chat = openChat({ tools: [slow.tool], replies: [] });
  chat.lead.send({ do: "call", text: "/run Fix it", tool: "launch_run", input: { task: "Fix it" } });
  await chat.lead.idle();
  chat.lead.send({ do: "call", text: "/slow", tool: "slow", input: {} });
  await slow.begun;
  chat.lead.send({ do: "interrupt" });
  expect(slow.signal().aborted).toBe(true);
  await chat.lead.idle();
  expect(kinds(chat)).toEqual(["user", "user", "tools"]);
  expect(card(chat).proposal.task).toBe("Fix it");
});

test("a bad /run is shown as failed and costs no model call", async () => {
  const chat = openChat({ replies: [] });
  chat.lead.send({ do: "call", text: "/run", tool: "launch_run", input: { task: " " } });
  await chat.lead.idle();
  expect(chat.log.get().items.at(-1)).toMatchObject({ kind: "tools", calls: [{ name: "launch_run", failed: true }] });
});

test("stopping a run that cannot be stopped is said, and the lead's turn goes on", async () => {
  const rest = gate();
  const chat = openChat({
    runs: { cancel: () => Promise.reject(new FaultError({ code: "usage", message: "Run 7 is over" })) },
    replies: [{ text: "Well, yes.", until: rest.promise }],
  });
  chat.lead.send({ do: "say", text: "Is it done?" });
  chat.lead.send({ do: "stop_run", runId: "run-7" });
  await chat.until(({ items }) => items.some(({ kind }) => kind === "fault"));
  rest.open();
  await chat.lead.idle();
  expect(kinds(chat)).toEqual(["user", "fault", "lead"]);
});

test("the lead can list, stop and hurry runs by number, title or last", async () => {
  const seen: string[] = [];
  const chat = openChat({
    mode: "auto",
    runs: {
      cancel: async (runId) => void seen.push(`cancel ${runId}`),
      answerNow: async (runId) => void seen.push(`now ${runId}`),
      steer: async (runId, { do: what }) => void seen.push(`${what} ${runId}`),
    },
    replies: [
      { calls: [...(launchCall("1").calls ?? []), ...(launchCall("2", { task: "Write the docs." }).calls ?? [])] },
      {
        calls: [
          { id: "3", name: "list_runs", input: {} },
          { id: "4", name: "cancel_run", input: { run: "run 1" } },
          { id: "5", name: "answer_now", input: { run: "docs" } },
          { id: "6", name: "answer_now", input: { run: "last" } },
          { id: "7", name: "read_run", input: { run: "9" } },
        ],
      },
      { text: "As you wish." },
    ],
  });
  await chat.say("Fix it.");
  expect(seen).toEqual(["cancel run-1", "now run-2", "now run-2"]);
  const outputs = chat.log.get().messages.flatMap((message) => (message.role === "tool" ? [message.output] : []));
  expect(outputs[2]).toMatch(/^run 1 · Make it safe to ship · running · started .*\nrun 2 · Write the docs · /);
  expect(outputs[6]).toBe('No run "9" in this project\nThe newest is run 2. list_runs shows all of them.');
});
