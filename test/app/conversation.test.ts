import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createLog } from "../../src/core/log.ts";
import type { Message } from "../../src/core/message.ts";
import type { ModelClient, ModelRequest } from "../../src/core/model.ts";
import type { RunEvent, RunRecord } from "../../src/core/run/events.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { RunSettings } from "../../src/core/run/settings.ts";
import { newRun, type RunState } from "../../src/core/run/state.ts";
import { defineTool } from "../../src/core/tool.ts";
import type { Workspaces } from "../../src/core/workspace.ts";
import { driveRun } from "../../src/engine/drive.ts";
import { virtualClock } from "../helpers/virtual-clock.ts";

const LOST = "Interrupted before completion; outcome unknown. Do not assume it ran.";

type Reply = { readonly text?: string; readonly calls?: readonly { id: string; name: string; input: unknown }[] };

/** Plays one agent, "ada", on from a journal. Others of the team answer nothing and fail. */
async function resume(
  past: readonly RunRecord[],
  script: (request: ModelRequest) => Reply,
): Promise<{ records: readonly RunRecord[]; requests: readonly ModelRequest[]; ran: readonly string[] }> {
  const clock = virtualClock();
  const requests: ModelRequest[] = [];
  const ran: string[] = [];
  const records: RunRecord[] = [];
  const now = (): number => (past.at(-1)?.at ?? 0) + clock.now();
  const log = createLog<RunState, RunEvent>({ reduce: reduceRun, initial: newRun, past, now });
  log.subscribe((record) => records.push(record));
  const tool = defineTool({
    name: "shell",
    description: "",
    capability: "execute",
    input: z.object({ command: z.string() }),
    summary: ({ command }) => command,
    async run({ command }) {
      ran.push(command);
      return `output of ${command}`;
    },
  });
  const model: ModelClient = {
    backend: "scripted",
    model: "m",
    simulated: false,
    async *stream(request) {
      requests.push({ ...request, messages: [...request.messages] });
      const { text = "", calls = [] } = script(request);
      await clock.sleep(10);
      const usage = { input: 1, cachedInput: 0, output: 1, reasoning: 0 };
      yield { type: "done", text, reasoning: "", calls, stop: calls.length > 0 ? "calls" : "end", usage, costUsd: 0 };
    },
  };
  const agents = ["ada", "bob"].map((id) => ({
    id,
    model,
    instructions: "",
    files: files.filesOf(id),
    tools: [tool],
  }));
  log.apply({ type: "run_resumed" });
  const shell = {
    log,
    agents,
    past,
    workspaces: files,
    clock,
    hasUser: false,
    flush: async () => {},
    onDelta: () => {},
  };
  const never = new AbortController().signal;
  await clock.run(driveRun(shell, { hold: never, stop: never }));
  return { records, requests, ran };
}

const files: Workspaces = {
  filesOf: (agent) => ({ root: `/run/${agent}`, snapshots: "/run/snapshots", grants: [] }),
  snapshot: async () => ({ path: null, files: [] }),
};

const submit = (content: string) => ({ id: "s", name: "new_answer", input: { content } });
const shell = (id: string, command: string) => ({ id, name: "shell", input: { command } });
const replied = (calls: readonly { id: string; name: string; input: unknown }[], text = ""): RunEvent => ({
  type: "model_replied",
  agent: "ada",
  execution: 1,
  text,
  reasoning: "",
  calls: [...calls],
  native: { wire: "scripted", parts: [`signed: ${text}`] },
  usage: null,
  costUsd: 0,
  latencyMs: 1,
  firstTokenMs: 1,
});
const began = (call: { id: string; name: string; input: unknown }): RunEvent => ({
  type: "tool_started",
  agent: "ada",
  call,
  summary: "",
});
const ended = (callId: string, output: string): RunEvent => ({
  type: "tool_finished",
  agent: "ada",
  callId,
  name: "shell",
  output,
  failed: false,
  durationMs: 1,
  inputChars: 1,
});

/** A run of ada and of bob, who has answered, up to where its process was killed. */
function journal(events: readonly RunEvent[], settings: Record<string, unknown> = {}): readonly RunRecord[] {
  const agent = (id: string) => ({ id, model: "m", backend: "scripted", simulated: false });
  const start: RunEvent = {
    type: "run_started",
    question: "How many moons has Mars?",
    title: "Moons",
    purpose: "execution",
    agents: [agent("ada"), agent("bob")],
    settings: RunSettings.parse({ skipVoting: true, skipFinalPresentation: true, ...settings }),
    contextPaths: [],
    instructions: {},
  };
  return [start, began1(), ...events].map((event, seq) => ({ ...event, seq, at: 1000 + seq }));
}
const began1 = (): RunEvent => ({
  type: "execution_started",
  agent: "ada",
  execution: 1,
  sees: [],
  mayAnswer: true,
  mayVote: false,
});
const bobAnswered = (text = "Two."): readonly RunEvent[] => [
  { type: "execution_started", agent: "bob", execution: 1, sees: [], mayAnswer: true, mayVote: false },
  { type: "answer_submitted", agent: "bob", execution: 1, label: "agent2.1", text, snapshot: null, files: [] },
];

const roles = (messages: readonly Message[] = []): readonly string[] => messages.map(({ role }) => role);
const outputs = (messages: readonly Message[] = []): readonly string[] =>
  messages.flatMap((message) => (message.role === "tool" ? [message.output] : []));
const ofAda = (records: readonly RunRecord[]) =>
  records.filter(
    (record) =>
      "agent" in record &&
      record.agent === "ada" &&
      (record.type === "execution_started" || record.type === "answer_submitted"),
  );

describe("an execution that was cut off", () => {
  test("goes on with its messages, native parts included, and does not run again what has run", async () => {
    const past = journal([
      ...bobAnswered(),
      replied([shell("c1", "look")], "first look"),
      began(shell("c1", "look")),
      ended("c1", "a telescope"),
    ]);
    const { records, requests, ran } = await resume(past, () => ({ calls: [submit("Two moons.")] }));
    expect(ran).toEqual([]);
    expect(requests).toHaveLength(1);
    expect(roles(requests[0]?.messages)).toEqual(["user", "assistant", "tool"]);
    expect(requests[0]?.messages[1]).toMatchObject({
      text: "first look",
      native: { wire: "scripted", parts: ["signed: first look"] },
    });
    expect(outputs(requests[0]?.messages)).toEqual(["a telescope"]);
    expect(ofAda(records)).toMatchObject([
      { type: "execution_started", execution: 2, continues: 1, sees: [] },
      { type: "answer_submitted", execution: 2, text: "Two moons." },
    ]);
  });

  test("never runs again a call that had started, and runs those that had not", async () => {
    const calls = [shell("c1", "look"), shell("c2", "pay the bill"), shell("c3", "look again")];
    const past = journal([
      ...bobAnswered(),
      replied(calls),
      began(calls[0] ?? shell("", "")),
      ended("c1", "seen"),
      began(calls[1] ?? shell("", "")),
    ]);
    const { records, requests, ran } = await resume(past, () => ({ calls: [submit("Two.moons")] }));
    expect(ran).toEqual(["look again"]);
    expect(outputs(requests[0]?.messages)).toEqual(["seen", LOST, "output of look again"]);
    expect(records.filter(({ type }) => type === "tool_started")).toHaveLength(1);
    expect(records.find((record) => record.type === "tool_finished")).toMatchObject({
      callId: "c2",
      output: LOST,
      failed: true,
    });
  });

  test("that had replied with its answer submits it without asking the model again", async () => {
    const past = journal([...bobAnswered(), replied([submit("Phobos and Deimos.")])]);
    const { records, requests } = await resume(past, () => ({}));
    expect(requests).toEqual([]);
    expect(ofAda(records)).toMatchObject([
      { type: "execution_started", continues: 1 },
      { type: "answer_submitted", label: "agent1.1", text: "Phobos and Deimos." },
    ]);
  });

  test("was told to try again: it knows that, and how often", async () => {
    const enforced: RunEvent = {
      type: "enforcement_recorded",
      agent: "ada",
      execution: 1,
      code: "no_tool_calls",
      attempt: 2,
      maxAttempts: 3,
      toolCalls: [],
      unknownTools: [],
      message: "You called no tool.",
      bufferPreview: "",
      bufferChars: 0,
    };
    const past = journal([...bobAnswered(), replied([], "I think two."), enforced]);
    const { records, requests } = await resume(past, () => ({ text: "Still two." }));
    expect(requests).toHaveLength(1);
    expect(requests[0]?.messages.at(-1)).toMatchObject({ role: "user", text: "You called no tool." });
    expect(records.find((record) => record.type === "enforcement_recorded")).toMatchObject({ attempt: 3 });
    expect(records.find((record) => record.type === "execution_stopped")).toMatchObject({
      fault: { code: "workflow" },
    });
  });

  test("starts from nothing when it had come to nothing yet", async () => {
    const { requests, records } = await resume(journal(bobAnswered()), () => ({ calls: [submit("Two moons.")] }));
    expect(roles(requests[0]?.messages)).toEqual(["user"]);
    expect(ofAda(records)[0]).toMatchObject({ continues: 1 });
  });

  test("that was interrupted twice still has all of it", async () => {
    const past = journal([
      ...bobAnswered(),
      replied([shell("c1", "look")]),
      began(shell("c1", "look")),
      ended("c1", "one"),
      { type: "run_resumed" },
      { ...began1(), execution: 2, continues: 1 } as RunEvent,
      { ...replied([shell("c2", "look twice")]), execution: 2 } as RunEvent,
      began(shell("c2", "look twice")),
      ended("c2", "two"),
    ]);
    const { requests, records } = await resume(past, () => ({ calls: [submit("Two moons.")] }));
    expect(outputs(requests[0]?.messages)).toEqual(["one", "two"]);
    expect(ofAda(records)[0]).toMatchObject({ execution: 3, continues: 2 });
  });
});

describe("when others have answered meanwhile", () => {
  const seen = journal(
    [
      replied([shell("c1", "look")]),
      began(shell("c1", "look")),
      ended("c1", "a telescope"),
      ...bobAnswered("Bob says two."),
    ],
    { blindFirstRound: false },
  );

  test("the conversation goes on and is told of it", async () => {
    const { requests, records } = await resume(seen, () => ({ calls: [submit("Two moons.")] }));
    expect(roles(requests[0]?.messages)).toEqual(["user", "assistant", "tool", "user"]);
    expect(requests[0]?.messages.at(-1)).toMatchObject({ text: expect.stringContaining("Bob says two.") as string });
    expect(ofAda(records)[0]).toMatchObject({ continues: 1, sees: ["agent2.1"] });
  });

  test("it starts afresh where others' answers may not be put into it", async () => {
    const past = journal(
      [
        replied([shell("c1", "look")]),
        began(shell("c1", "look")),
        ended("c1", "a telescope"),
        ...bobAnswered("Bob says two."),
      ],
      { blindFirstRound: false, restartPolicy: "abort" },
    );
    const { requests, records } = await resume(past, () => ({ calls: [submit("Two moons.")] }));
    expect(roles(requests[0]?.messages)).toEqual(["user"]);
    expect(requests[0]?.messages[0]).toMatchObject({ text: expect.stringContaining("Bob says two.") as string });
    expect(ofAda(records)[0]).not.toHaveProperty("continues");
  });

  test("a vote that was given before it is void", async () => {
    const vote = { id: "v", name: "vote", input: { agent_id: "agent2", reason: "good" } };
    const past = journal(
      [
        ...bobAnswered("Bob says two."),
        {
          type: "execution_stopped",
          agent: "ada",
          execution: 1,
          fault: { code: "cancelled", message: "agent2.1 is newer" },
          text: "",
          cancelled: true,
          restartedBy: "agent2.1",
        },
        {
          type: "execution_started",
          agent: "ada",
          execution: 2,
          sees: ["agent2.1"],
          mayAnswer: true,
          mayVote: true,
        },
        { ...replied([vote]), execution: 2 } as RunEvent,
        {
          type: "answer_submitted",
          agent: "bob",
          execution: 2,
          label: "agent2.2",
          text: "Bob says two, Phobos and Deimos.",
          snapshot: null,
          files: [],
        },
      ],
      { blindFirstRound: false, skipVoting: false, maxNewAnswersPerAgent: 2 },
    );
    const { requests, records } = await resume(past, () => ({ calls: [vote] }));
    expect(records.filter(({ type }) => type === "vote_cast")[0]).toMatchObject({ label: "agent2.2" });
    const first = requests.find(({ messages }) => messages.length > 1);
    expect(outputs(first?.messages)[0]).toMatch(/does not count/);
    expect(first?.messages.at(-1)).toMatchObject({ text: expect.stringContaining("Phobos") as string });
  });
});

test("a run that its user stopped goes on with the conversations that the stop had cut off", async () => {
  const stopped: RunEvent = {
    type: "execution_stopped",
    agent: "ada",
    execution: 1,
    fault: { code: "cancelled", message: "Stopped by the user" },
    text: "",
    cancelled: true,
  };
  const past = journal([
    ...bobAnswered(),
    replied([shell("c1", "look")]),
    began(shell("c1", "look")),
    ended("c1", "a telescope"),
    stopped,
    { type: "coordination_ended", reason: "stopped" },
    { type: "run_ended", outcome: "cancelled" },
  ]);
  const { requests, records } = await resume(past, () => ({ calls: [submit("Two moons.")] }));
  expect(outputs(requests[0]?.messages)).toEqual(["a telescope"]);
  expect(ofAda(records)[0]).toMatchObject({ continues: 1 });
});
