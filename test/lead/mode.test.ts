import { expect, test } from "vitest";
import * as z from "zod";
import { FaultError } from "../../src/core/fault.ts";
import { defineTool } from "../../src/core/tool.ts";
import type { ChatMode } from "../../src/core/chat/mode.ts";
import { asked, type Chat, type ChatOptions, launchCall, openChat } from "./open-chat.ts";

const WHY = /the mode is plan, nothing is written or executed.*\/plan or Shift\+Tab/s;

/** A tool that would change something; it says what it did. */
function writer(did: string[]) {
  return defineTool({
    name: "save_deliverable",
    description: "Save.",
    capability: "write",
    input: z.object({ name: z.string() }),
    summary: ({ name }) => `save ${name}`,
    async run({ name }) {
      did.push(name);
      return "Saved.";
    },
  });
}

const save = { calls: [{ id: "s1", name: "save_deliverable", input: { name: "plan.md" } }] };
const setMode = (chat: Chat, mode: ChatMode): void => chat.lead.send({ do: "set_mode", mode });
const offered = (chat: Chat): (string[] | undefined)[] =>
  chat.model.requests.map(({ tools }) => tools.map(({ name }) => name));
const lastOutput = (chat: Chat): string => {
  const last = chat.model.requests.at(-1)?.messages.at(-1);
  return last?.role === "tool" ? last.output : "";
};

test("in plan mode a write is neither offered nor done, and its refusal tells the lead how the user leaves", async () => {
  const did: string[] = [];
  const chat = openChat({ tools: [writer(did)], replies: [save, { text: "I cannot." }, save, { text: "Done." }] });
  setMode(chat, "plan");
  await chat.say("Save the plan.");
  expect(did).toEqual([]);
  expect(offered(chat)[0]).not.toContain("save_deliverable");
  expect(lastOutput(chat)).toMatch(WHY);
  expect(chat.log.get().items.find(({ kind }) => kind === "tools")).toMatchObject({
    calls: [{ failed: true, output: expect.stringMatching(WHY) as string }],
  });
  setMode(chat, "ask");
  await chat.say("And now?");
  expect(did).toEqual(["plan.md"]);
  expect(offered(chat).at(-1)).toContain("save_deliverable");
});

test("what the user approved before going into plan mode is not done either", async () => {
  const did: string[] = [];
  const { approval: _, ...tool } = writer(did);
  const asking = {
    ...tool,
    approval: async () => ({ kind: "command", title: "Save?", detail: "plan.md" }) as const,
  };
  const chat = openChat({ tools: [asking], replies: [save, { text: "I see." }] });
  await chat.say("Save the plan.");
  const callId = asked(chat).call.id;
  setMode(chat, "plan");
  chat.lead.send({ do: "answer_approval", callId, allow: true });
  await chat.lead.idle();
  expect(did).toEqual([]);
  expect(lastOutput(chat)).toMatch(WHY);
});

test("leaving plan mode leads back to where it was entered, however it was entered", () => {
  const chat = openChat({ replies: [] });
  const modes = (): unknown => [chat.log.get().mode, chat.log.get().modeBefore];
  expect(modes()).toEqual(["ask", "ask"]);
  setMode(chat, "auto");
  setMode(chat, "plan");
  expect(modes()).toEqual(["plan", "auto"]);
  setMode(chat, "plan");
  expect(modes()).toEqual(["plan", "auto"]);
  expect(chat.records.filter(({ type }) => type === "mode_changed")).toHaveLength(2);
});

test("the mode is a part of the journal", () => {
  const chat = openChat({ replies: [] });
  setMode(chat, "plan");
  expect(openChat({ replies: [], past: chat.records }).log.get()).toMatchObject({ mode: "plan", modeBefore: "ask" });
});

test.each([
  { do: "changes", action: "apply", run: "" },
  { do: "changes", action: "undo", run: "" },
] as const)("$action by the user is refused in plan mode, and says how to leave; looking is not", async (command) => {
  const done: string[] = [];
  const chat = openChat({ replies: [], runs: { changes: async (action) => void done.push(action) } });
  setMode(chat, "plan");
  chat.lead.send(command);
  chat.lead.send({ ...command, action: "show" });
  await chat.lead.idle();
  expect(done).toEqual(["show"]);
  expect(chat.log.get().items).toMatchObject([
    { kind: "fault", fault: { code: "denied", hint: expect.stringMatching(/\/plan/) as string } },
  ]);
});

test("files go back in no plan mode; the conversation may", async () => {
  const taken: number[] = [];
  const options: ChatOptions = {
    replies: [{ text: "Hello." }],
    runs: { takeBack: async (since) => void taken.push(since) },
  };
  const chat = openChat(options);
  await chat.say("Hello");
  setMode(chat, "plan");
  const to = chat.log.get().checkpoints[0]?.seq ?? -1;
  chat.lead.send({ do: "rewind", to, what: "both" });
  await chat.lead.idle();
  expect(taken).toEqual([]);
  expect(chat.log.get().messages).toHaveLength(2);
  chat.lead.send({ do: "rewind", to, what: "conversation" });
  expect(chat.log.get().messages).toEqual([]);
});

test("the user's own command line and note are the user's own, whatever the mode", async () => {
  const ran: string[] = [];
  const shell = defineTool({
    name: "shell",
    description: "Run.",
    capability: "execute",
    input: z.object({ command: z.string() }),
    summary: ({ command }) => command,
    async run({ command }) {
      ran.push(command);
      return "[exit code 0]";
    },
  });
  const chat = openChat({ tools: [shell], replies: [] });
  setMode(chat, "plan");
  chat.lead.send({ do: "call", text: "!ls", tool: "shell", input: { command: "ls" } });
  await chat.lead.idle();
  expect(ran).toEqual(["ls"]);
});

test("auto starts a run unasked from the next one on, and asks again once it is left", async () => {
  const chat = openChat({
    replies: [launchCall("1"), { text: "Under way." }, launchCall("2")],
  });
  setMode(chat, "auto");
  await chat.say("Fix the build.");
  expect(chat.launched).toHaveLength(1);
  setMode(chat, "ask");
  await chat.say("Fix the docs.");
  expect(chat.launched).toHaveLength(1);
  expect(asked(chat).ask.kind).toBe("run");
});

test("auto widens nothing by itself, and a failing launch is told as ever", async () => {
  const chat = openChat({
    mode: "auto",
    runs: { launch: () => Promise.reject(new FaultError({ code: "budget", message: "Nothing is left" })) },
    replies: [launchCall("1"), { text: "No money." }],
  });
  await chat.say("Fix the build.");
  expect(lastOutput(chat)).toContain("Nothing is left");
});
