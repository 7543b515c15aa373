import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FaultError, toFault } from "../../src/core/fault.ts";
import type { ModelEvent, ModelRequest } from "../../src/core/model.ts";
import { workflowTools } from "../../src/engine/workflow-tools.ts";
import { openModel } from "../../src/models/open-model.ts";
import { simulatedModel } from "../../src/models/simulated/simulated-model.ts";
import { eventsOf, replyTo, specOf } from "./simulated-play.ts";

const chat: ModelRequest = { system: "", messages: [{ role: "user", text: "Hello there" }], tools: [] };
const task: ModelRequest = {
  system: "You are one of several agents.",
  messages: [{ role: "user", text: "<ORIGINAL MESSAGE> Add a cache <END OF ORIGINAL MESSAGE>" }],
  tools: workflowTools(true, []),
};
const ballot: ModelRequest = {
  ...task,
  messages: [
    {
      role: "user",
      text: "<ORIGINAL MESSAGE> Add a cache <END OF ORIGINAL MESSAGE>\n<agent1> no <end of agent1>\n<agent2> ## Cache\n\n1. Add a cache in src/cache.ts\n\nRisk: stale. <end of agent2>",
    },
  ],
  tools: workflowTools(false, ["agent1", "agent2"]),
};
const going = (): AbortSignal => new AbortController().signal;

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "simulated-"));
});
afterAll(() => rm(dir, { recursive: true }));

let count = 0;
async function scenario(text: string): Promise<string> {
  const path = join(dir, `scenario-${++count}.yaml`);
  await writeFile(path, text);
  return path;
}

/** A model of agent ada that follows the script. */
async function scripted(steps: string, agentId = "ada") {
  return simulatedModel(specOf(agentId, { scenario: await scenario(steps) }));
}

/** The text that arrived before a stream failed, and how it failed. */
async function failureOf(stream: AsyncIterable<ModelEvent>): Promise<{ text: string; error: unknown }> {
  let text = "";
  try {
    for await (const event of stream) if (event.type === "text") text += event.delta;
  } catch (error) {
    return { text, error };
  }
  throw new Error("The stream did not fail");
}

function faultOf(action: () => unknown) {
  try {
    action();
  } catch (error) {
    return toFault(error);
  }
  throw new Error("Nothing was thrown");
}

describe("a reply", () => {
  test("is streamed in deltas that add up to it, and ends with one done event", async () => {
    const { events, reply } = await eventsOf(simulatedModel(specOf("ada")).stream(chat, going()));
    const deltas = events.flatMap((event) => (event.type === "text" ? [event.delta] : []));
    expect(deltas.length).toBeGreaterThan(10);
    expect(deltas.join("")).toBe(reply?.text);
    expect(events.filter(({ type }) => type === "done")).toEqual([events.at(-1)]);
  });

  test("is the same for the same seed, agent and request", async () => {
    for (const request of [chat, task, ballot]) {
      expect(await replyTo(request, specOf("ada"))).toEqual(await replyTo(request, specOf("ada")));
    }
  });

  test("differs between agents, and between seeds", async () => {
    const calls = await Promise.all(
      [specOf("ada"), specOf("bob"), specOf("ada", { seed: 2 }), specOf("ada", { seed: 3 })].map(
        async (spec) => (await replyTo(task, spec)).calls[0]?.input,
      ),
    );
    expect(calls[1]).not.toEqual(calls[0]);
    expect(new Set([calls[0], calls[2], calls[3]].map((input) => JSON.stringify(input))).size).toBeGreaterThan(1);
  });

  test("costs nothing and estimates its usage from the characters", async () => {
    const reply = await replyTo(task, specOf("ada"));
    expect(reply.costUsd).toBe(0);
    const sent = task.system.length + JSON.stringify(task.messages).length + JSON.stringify(task.tools).length;
    expect(reply.usage).toMatchObject({ input: Math.ceil(sent / 4), cachedInput: 0, reasoning: 0 });
    expect(reply.usage?.output).toBeGreaterThan(JSON.stringify(reply.calls[0]?.input).length / 4);
    expect(reply.stop).toBe("calls");
  });

  test("gives every call an id that no other call of the conversation has", async () => {
    const first = await replyTo(task, specOf("ada"));
    const later = await replyTo(
      {
        ...task,
        messages: [
          ...task.messages,
          { role: "assistant", text: first.text, calls: first.calls },
          { role: "tool", callId: first.calls[0]?.id ?? "", name: "new_answer", output: "too close", failed: true },
        ],
      },
      specOf("ada"),
    );
    expect(later.calls[0]?.id).not.toBe(first.calls[0]?.id);
  });

  test("stops in the middle when its signal aborts, with the signal's own reason", async () => {
    const stop = new AbortController();
    const reason = new FaultError({ code: "cancelled", message: "enough" });
    let seen = 0;
    const failed = (async () => {
      for await (const event of simulatedModel(specOf("ada", { options: { tokens_per_second: 5 } })).stream(
        chat,
        stop.signal,
      )) {
        expect(event.type).toBe("text");
        if (++seen === 2) stop.abort(reason);
      }
    })();
    await expect(failed).rejects.toBe(reason);
    expect(seen).toBe(2);
  });

  test("does not begin when the signal has aborted already", async () => {
    const reason = new FaultError({ code: "cancelled", message: "too late" });
    const { text, error } = await failureOf(simulatedModel(specOf("ada")).stream(chat, AbortSignal.abort(reason)));
    expect({ text, error }).toEqual({ text: "", error: reason });
  });

  test("takes its time when told to: the latency, then the speed", async () => {
    const spec = specOf("ada", { options: { latency_ms: 60, tokens_per_second: 500 } });
    const startedAt = performance.now();
    await replyTo(chat, spec);
    expect(performance.now() - startedAt).toBeGreaterThan(110);
  });

  test("opens under its backend type and says that it is simulated", async () => {
    const model = await openModel(specOf("ada"));
    expect(model).toMatchObject({ backend: "simulated", model: "simulated", simulated: true });
  });
});

describe("a scenario", () => {
  test("is followed step by step, then the built-in behaviour goes on", async () => {
    const model = await scripted(
      "agents:\n  ada:\n    - text: one\n      reasoning: hm\n    - text: two\n      calls: [{name: read_file, input: {path: a.ts}}]\n",
    );
    const first = await eventsOf(model.stream(chat, going()));
    const second = await eventsOf(model.stream(chat, going()));
    const third = await eventsOf(model.stream(chat, going()));
    expect(first.reply).toMatchObject({ text: "one", reasoning: "hm", calls: [], stop: "end" });
    expect(first.events.map(({ type }) => type)).toEqual(["reasoning", "text", "done"]);
    expect(second.reply).toMatchObject({ text: "two", stop: "calls", calls: [{ name: "read_file" }] });
    expect(third.reply?.text).toMatch(/simulated model/);
  });

  test("has steps for agents by id, and for all others", async () => {
    const text = 'agents: {ada: [{text: mine}], "*": [{text: anyone}]}';
    const [ada, eve] = await Promise.all([scripted(text), scripted(text, "eve")]);
    expect((await eventsOf(ada.stream(chat, going()))).reply?.text).toBe("mine");
    expect((await eventsOf(eve.stream(chat, going()))).reply?.text).toBe("anyone");
  });

  test("repeats a step as often as it says, or for ever", async () => {
    const model = await scripted("agents: {ada: [{text: a, repeat: 2}, {text: b, repeat: forever}]}");
    const texts: (string | undefined)[] = [];
    for (let call = 0; call < 5; call++) texts.push((await eventsOf(model.stream(chat, going()))).reply?.text);
    expect(texts).toEqual(["a", "a", "b", "b", "b"]);
  });

  test("keeps a step until the last message contains what it waits for", async () => {
    const model = await scripted("agents: {ada: [{when: {contains: GOODBYE}, text: bye}, {text: other}]}");
    const said = async (text: string) =>
      (await eventsOf(model.stream({ ...chat, messages: [{ role: "user", text }] }, going()))).reply?.text;
    expect(await said("hello")).toBe("other");
    expect(await said("and goodbye then")).toBe("bye");
  });

  test("keeps a vote until there is something to vote for, and can leave the target to the agent", async () => {
    const model = await scripted(
      "agents: {ada: [{calls: [{name: vote, input: {agent_id: $best, reason: r}}]}, {calls: [{name: vote, input: {agent_id: $other, reason: r}}]}]}",
    );
    const names = async (request: ModelRequest) =>
      (await eventsOf(model.stream(request, going()))).reply?.calls.map(({ name, input }) => [name, input]);
    expect((await names(task))?.[0]?.[0]).toBe("new_answer");
    expect(await names(ballot)).toEqual([["vote", { agent_id: "agent2", reason: "r" }]]);
    expect(await names(ballot)).toEqual([["vote", { agent_id: "agent1", reason: "r" }]]);
  });

  test("can fail with any fault, after what was said before it", async () => {
    const model = await scripted(
      "agents: {ada: [{text: half a, error: {code: rate_limit, message: slow down, retry_after_ms: 700}}]}",
    );
    const { text, error } = await failureOf(model.stream(chat, going()));
    expect(text).toBe("half a");
    expect(toFault(error)).toMatchObject({ code: "rate_limit", message: "slow down", retryAfterMs: 700 });
  });

  test("can break the connection in the middle of a reply, the built-in one too", async () => {
    const model = await scripted("agents: {ada: [{text: one two three, cut_after_chars: 5}, {cut_after_chars: 10}]}");
    const first = await failureOf(model.stream(chat, going()));
    const second = await failureOf(model.stream(chat, going()));
    expect(first.text).toBe("one t");
    expect(second.text).toHaveLength(10);
    expect([toFault(first.error).code, toFault(second.error).code]).toEqual(["network", "network"]);
  });

  test("can hang until somebody stops it", async () => {
    const model = await scripted("agents: {ada: [{text: thinking, hang: true}]}");
    const stop = new AbortController();
    const reason = new FaultError({ code: "timeout", message: "enough" });
    let text = "";
    const failed = (async () => {
      for await (const event of model.stream(chat, stop.signal)) {
        if (event.type === "text") text += event.delta;
        setTimeout(() => stop.abort(reason), 5);
      }
    })();
    await expect(failed).rejects.toBe(reason);
    expect(text).toBe("thinking");
  });

  test("can slow down a built-in reply and report other usage", async () => {
    const model = await scripted("agents: {ada: [{delay_ms: 40, usage: {input: 9000}}]}");
    const startedAt = performance.now();
    const { reply } = await eventsOf(model.stream(chat, going()));
    expect(performance.now() - startedAt).toBeGreaterThan(35);
    expect(reply?.text).toMatch(/simulated model/);
    expect(reply?.usage).toMatchObject({ input: 9000, cachedInput: 0 });
  });

  test.each<[string, string, RegExp]>([
    ["YAML that does not parse", "agents:\n  ada: [{text: a}\n", /scenario-\d+\.yaml:\d+:\d+ {2}/],
    ["an unknown key", "agents:\n  ada:\n    - text: a\n      txet: b\n", /:4:7 {2}agents\.ada\.0\.txet/],
    ["an unknown fault code", "agents:\n  ada:\n    - error: {code: oops}\n", /:3:21 {2}agents\.ada\.0\.error\.code/],
    ["a step that is no map", "agents:\n  ada:\n    - hello\n", /:3:7 {2}agents\.ada\.0/],
    ["no agents", "steps: []\n", /:1:1 {2}/],
    ["an empty file", "", /:1:1 {2}scenario/],
    ["a repeat of zero", "agents: {ada: [{text: a, repeat: 0}]}", /:1:34 {2}agents\.ada\.0\.repeat/],
    ["an alias bomb", `a: &a [x, x, x]\nb: &b [${"*a, ".repeat(30)}]\nagents: {ada: [${"*b, ".repeat(30)}]}`, /yaml:/],
  ])("that holds %s is refused at the place, with a hint", async (_, text, where) => {
    const path = await scenario(text);
    const fault = faultOf(() => simulatedModel(specOf("ada", { scenario: path })));
    expect(fault.code).toBe("config");
    expect(fault.message).toMatch(where);
    expect(fault.message).toContain(path);
    expect(fault.hint).toBeTruthy();
  });

  test("that is not there is refused with its path", () => {
    const path = join(dir, "gone.yaml");
    expect(faultOf(() => simulatedModel(specOf("ada", { scenario: path })))).toMatchObject({
      code: "config",
      message: expect.stringMatching(/gone\.yaml.*ENOENT/) as string,
    });
  });

  test.each(["disagreement", "one-agent-fails"])("of the examples loads: %s", (name) => {
    const path = new URL(`../../configs/offline/scenarios/${name}.yaml`, import.meta.url).pathname;
    for (const id of ["ada", "bob", "cyd"]) {
      expect(() => simulatedModel(specOf(id, { scenario: path }))).not.toThrow();
    }
  });
});
