import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTask, type TaskOutcome } from "../../src/app/run-task.ts";
import { agreementOf } from "../../src/core/run/agreement.ts";
import {
  type ModelScript,
  type ModelServer,
  type ScriptedReply,
  type SeenRequest,
  startModelServer,
} from "../helpers/model-server.ts";

// What a key of the YAML file does is seen on the wire: what the models are offered, told and asked, and in which order.

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "massgen-settings-"));
});
afterEach(() => rm(cwd, { recursive: true, force: true, maxRetries: 3 }));

type Ran = { readonly outcome: TaskOutcome; readonly requests: readonly SeenRequest[] };
type Member = (request: SeenRequest, call: number) => ScriptedReply | Promise<ScriptedReply>;

const answers = (content: string): ScriptedReply => ({ calls: [{ name: "new_answer", input: { content } }] });
const votes = (agent: string): ScriptedReply => ({
  calls: [{ name: "vote", input: { agent_id: agent, reason: "it is complete" } }],
});
/** Answers once, votes for the first agent, presents. */
const plain =
  (content: string): Member =>
  ({ tools }) =>
    tools.includes("vote") ? votes("agent1") : tools.includes("new_answer") ? answers(content) : { text: "The moons." };

/** Runs a team from a YAML file; each member has a model of its own name. */
async function run(members: Readonly<Record<string, Member>>, orchestrator: readonly string[]): Promise<Ran> {
  const calls: Record<string, number> = {};
  const script: ModelScript = (request) => {
    const member = members[request.model];
    if (!member) throw new Error(`Nobody plays ${request.model}`);
    return member(request, (calls[request.model] = (calls[request.model] ?? 0) + 1));
  };
  const server = await startModelServer(script);
  try {
    const config = join(cwd, "team.yaml");
    await writeFile(config, yaml(server, Object.keys(members), orchestrator));
    const task = await startTask({
      question: "How many moons?",
      cwd,
      env: { HOME: cwd },
      configRef: config,
      dryRun: false,
    });
    return { outcome: await task.done, requests: server.requests };
  } finally {
    await server.close();
  }
}

function yaml(server: ModelServer, ids: readonly string[], orchestrator: readonly string[]): string {
  const agents = ids.map(
    (id) =>
      `  - id: ${id}\n    backend: { type: chatcompletion, model: ${id}, base_url: "${server.baseUrl("chatcompletion")}" }\n`,
  );
  return `agents:\n${agents.join("")}orchestrator:\n${orchestrator.map((line) => `  ${line}\n`).join("")}`;
}

const of = ({ requests }: Ran, id: string): readonly SeenRequest[] => requests.filter(({ model }) => model === id);
const said = ({ messages }: SeenRequest): string => messages.map(({ text }) => text).join("\n");
const presentations = ({ requests }: Ran): readonly SeenRequest[] =>
  requests.filter(({ tools }) => !tools.includes("new_answer") && !tools.includes("vote"));

/** Resolves when somebody calls `open`. */
function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => void (open = resolve));
  return { open: () => open(), passed };
}

test("skip_voting: nobody is offered a vote, and the run ends when all have answered", async () => {
  const ran = await run({ ada: plain("Two."), bob: plain("Both.") }, ["skip_voting: true"]);
  expect(ran.requests.filter(({ tools }) => tools.includes("vote"))).toEqual([]);
  expect(ran.outcome.state.answers).toHaveLength(2);
  expect(ran.outcome).toMatchObject({ exitCode: 0, answer: "The moons." });
});

test("skip_final_presentation: the winner's answer is delivered as it is", async () => {
  const ran = await run({ ada: plain("Two."), bob: plain("Both.") }, ["skip_final_presentation: true"]);
  expect(presentations(ran)).toEqual([]);
  expect(ran.outcome).toMatchObject({ exitCode: 0, answer: "Two.", winner: { agent: "ada" } });
  const usual = await run({ ada: plain("Two."), bob: plain("Both.") }, ["skip_final_presentation: false"]);
  expect(presentations(usual)).toHaveLength(1);
});

/** Bob looks around until ada's answer is there; what is he told when he goes on? */
async function bobHears(orchestrator: readonly string[]): Promise<string> {
  const answered = gate();
  const ada: Member = ({ tools }, call) => {
    if (call === 2) answered.open();
    return tools.includes("vote") ? votes("agent1") : call === 1 ? answers("Two, says ada.") : { text: "The moons." };
  };
  const bob: Member = async (request, call) => {
    if (call > 1) return plain("Both, says bob.")(request, call);
    await answered.passed;
    return { calls: [{ name: "list_directory", input: { path: "." } }] };
  };
  const ran = await run({ ada, bob }, ["blind_first_round: false", ...orchestrator]);
  expect(ran.outcome.exitCode).toBe(0);
  const next = of(ran, "bob")[1];
  if (!next) throw new Error("Bob was not asked again");
  return said(next);
}

test("disable_injection: nobody is told of others' answers in the middle of a conversation", async () => {
  expect(await bobHears(["disable_injection: true"])).not.toContain("Two, says ada.");
  expect(await bobHears(["disable_injection: false"])).toContain("Two, says ada.");
});

/** Whether ada is asked to vote while bob has not answered yet. */
async function adaVotesEarly(orchestrator: readonly string[]): Promise<boolean> {
  const goOn = gate();
  let early = false;
  let bobAnswered = false;
  const ada: Member = (request, call) => {
    if (request.tools.includes("vote") && !bobAnswered) early = true;
    if (call === 2) goOn.open();
    return plain("Two.")(request, call);
  };
  const bob: Member = async (request, call) => {
    // Where ada has to wait for bob, she is not asked a second time before he answers.
    if (call === 1 && orchestrator.includes("defer_voting_until_all_answered: false")) await goOn.passed;
    bobAnswered ||= request.tools.includes("new_answer");
    return plain("Both.")(request, call);
  };
  const ran = await run({ ada, bob }, orchestrator);
  expect(ran.outcome.exitCode).toBe(0);
  return early;
}

test("defer_voting_until_all_answered: nobody is asked to vote before everybody has answered", async () => {
  const open = "blind_first_round: false";
  expect(await adaVotesEarly([open, "defer_voting_until_all_answered: false"])).toBe(true);
  expect(await adaVotesEarly([open, "defer_voting_until_all_answered: true"])).toBe(false);
});

test("max_new_answers_per_agent: 1 leaves only the vote after the first answer", async () => {
  const ran = await run({ ada: plain("Two."), bob: plain("Both.") }, ["max_new_answers_per_agent: 1"]);
  const second = of(ran, "bob")[1];
  expect(second?.tools).toContain("vote");
  expect(second?.tools).not.toContain("new_answer");
  const usual = await run({ ada: plain("Two."), bob: plain("Both.") }, ["max_new_answers_per_agent: 3"]);
  expect(of(usual, "bob")[1]?.tools).toEqual(expect.arrayContaining(["vote", "new_answer"]));
});

/** Answers, improves its own answer, and is content. */
const improves: Member = ({ tools }, call) => {
  if (call === 1) return answers("Two.");
  if (call === 2) return answers("Two: Phobos and Deimos.");
  return tools.includes("vote") ? votes("agent1") : { text: "Phobos and Deimos." };
};

test("refinement: true lets a single agent look at its own answer again; without it the first one is delivered", async () => {
  const ran = await run({ ada: improves }, ["refinement: true"]);
  expect(ran.outcome.state.answers.map(({ text }) => text)).toEqual(["Two.", "Two: Phobos and Deimos."]);
  expect(said(of(ran, "ada")[1] ?? fail())).toContain("Two.");
  const once = await run({ ada: improves }, ["refinement: false"]);
  expect(once.requests).toHaveLength(1);
  expect(once.outcome).toMatchObject({ exitCode: 0, answer: "Two." });
});

test("refinement: false has several agents answer blind and vote once, and says how far they agree", async () => {
  const ran = await run(
    {
      ada: plain("- Mars has the moons Phobos and Deimos.\n- Asaph Hall found them in 1877."),
      bob: plain("- The moons of Mars are Phobos and Deimos.\n- Phobos will break up one day."),
    },
    ["refinement: false"],
  );
  expect(of(ran, "bob").map(({ tools }) => [tools.includes("new_answer"), tools.includes("vote")])).toEqual([
    [true, false],
    [false, true],
  ]);
  expect(said(of(ran, "bob")[0] ?? fail())).not.toContain("Asaph Hall");
  expect(ran.outcome.answer).toContain("Asaph Hall");
  expect(agreementOf(ran.outcome.state)).toEqual({
    answers: 2,
    shared: [{ text: "Mars has the moons Phobos and Deimos.", agents: ["ada", "bob"] }],
    alone: 2,
  });
});

test("voting_sensitivity: voters are told how critical to be", async () => {
  const told = async (sensitivity: string): Promise<string> => {
    const ran = await run({ ada: plain("Two."), bob: plain("Both.") }, [`voting_sensitivity: ${sensitivity}`]);
    return of(ran, "bob").find(({ tools }) => tools.includes("vote"))?.system ?? fail();
  };
  const [lenient, balanced, strict] = [await told("lenient"), await told("balanced"), await told("strict")];
  expect(strict).toMatch(/sceptical/i);
  expect(balanced).toMatch(/critically/i);
  expect(lenient).not.toMatch(/sceptical|critically/i);
});

/** Bob gives ada's answer again with more words around it. */
async function refusals(requirement: string): Promise<number> {
  const text = "Mars has two moons that are called Phobos and Deimos and both of them are small";
  const bob: Member = (request, call) =>
    call === 2 ? answers(`Well: ${text}, indeed.`) : plain("None.")(request, call);
  const ran = await run({ ada: plain(text), bob }, [`answer_novelty_requirement: ${requirement}`]);
  expect(ran.outcome.exitCode).toBe(0);
  return of(ran, "bob").filter((request) => said(request).includes("too close to one that is there")).length;
}

test("answer_novelty_requirement: an answer that says the same at more length is refused", async () => {
  expect(await refusals("strict")).toBeGreaterThan(0);
  expect(await refusals("lenient")).toBe(0);
});

function fail(): never {
  throw new Error("No such request");
}
