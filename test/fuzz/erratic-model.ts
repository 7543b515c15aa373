import { FaultError } from "../../src/core/fault.ts";
import type { ModelClient, ModelEvent, ModelRequest } from "../../src/core/model.ts";
import { lookTool } from "../helpers/look-tool.ts";
import type { VirtualClock } from "../helpers/virtual-clock.ts";

/** Numbers from 0 to 1, the same for the same seed. */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = (seed + 1) * 2654435761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A tool that looks, takes its time, and now and then does not hear that it should stop. */
export function erraticTool(random: Random, clock: VirtualClock) {
  return lookTool(async (_input, { signal }) => {
    const luck = random();
    if (luck < 0.02) await clock.sleep(400_000);
    if (luck < 0.3) await clock.sleep(Math.floor(random() * 20_000), signal);
    return "nothing to see";
  });
}

/** How a model behaves: mostly by the rules, with its own vices. */
export type Temper = {
  /** Share of the calls that fail, 0 to 1. */
  readonly failure: number;
  /** Votes for its favourite whatever it is shown, as long as that is offered. */
  readonly stubborn: boolean;
  /** Replies at once: everything happens in the same tick. */
  readonly quick: boolean;
};

/** A model that does whatever a model might do, good or bad. `onCall` hears of every request, as soon as it is made. */
export function erraticModel(
  random: Random,
  clock: VirtualClock,
  temper: Temper,
  onCall: (request: ModelRequest) => void,
): ModelClient {
  const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (!temper.quick) await clock.sleep(Math.floor(random() * ms), signal);
  };

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    await pause(40_000, signal);
    if (random() < temper.failure) return yield* fail(signal);
    yield { type: "text", delta: "thinking " };
    if (random() < 0.3) await pause(10_000, signal);
    const calls = callsFor(request, random, temper).map((call, index) => ({
      ...call,
      id: `c${request.messages.length}-${index}`,
    }));
    yield {
      type: "done",
      text: `thinking ${Math.floor(random() * 4)}`,
      reasoning: "",
      calls,
      stop: calls.length > 0 ? "calls" : "end",
      usage: { input: 100, cachedInput: 0, output: 20, reasoning: 0 },
      costUsd: random() < 0.1 ? null : 0.01,
    };
  }

  async function* fail(signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const luck = random();
    if (luck < 0.2) return; // ends without a reply
    if (luck < 0.35) await clock.sleep(10_000_000, signal); // hangs
    if (luck < 0.4) throw new DOMException("The client has closed the connection", "AbortError");
    yield { type: "text", delta: "half a thought" };
    const codes = ["network", "auth", "overloaded", "timeout", "bad_response"] as const;
    const code = codes[Math.floor(random() * codes.length)] ?? "network";
    if (random() < 0.5) {
      yield { type: "retry", attempt: 2, maxAttempts: 4, delayMs: 1000, fault: { code, message: "broken" } };
      await clock.sleep(1000, signal);
    }
    throw new FaultError({ code, message: "broken" });
  }

  return {
    backend: "erratic",
    model: "erratic",
    simulated: false,
    // Not a generator itself: a real client may send its request as soon as it is called.
    stream(request, signal) {
      onCall(request);
      return stream(request, signal);
    },
  };
}

function callsFor(request: ModelRequest, random: Random, { stubborn }: Temper): { name: string; input: unknown }[] {
  const names = request.tools.map(({ name }) => name);
  if (names.includes("restart_orchestration") && random() < 0.9) {
    if (random() < 0.4) return [{ name: "submit", input: { confirmed: true } }];
    return [{ name: "restart_orchestration", input: { reason: "not good", instructions: "be better" } }];
  }
  if (names.includes("assign_perspectives") && random() < 0.7) {
    const perspectives = [{ agent_id: `agent${1 + Math.floor(random() * 4)}`, perspective: "be quick" }, "?"];
    return [{ name: "assign_perspectives", input: { perspectives } }];
  }
  if (names.includes("write_plan") && random() < 0.6) {
    const tasks = [{ id: "1", title: "a", after: random() < 0.5 ? ["nowhere"] : [] }];
    return [{ name: "write_plan", input: { title: "p", phases: [{ id: "1", title: "b", tasks }] } }];
  }
  const answer = {
    name: "new_answer",
    input: { content: `answer ${Math.floor(random() * 6)} of ${request.messages.length}` },
  };
  const luck = random();
  if (luck < 0.04) return [];
  if (luck < 0.08) return [{ name: luck < 0.06 ? "no_such_tool" : "constructor", input: {} }];
  if (luck < 0.11) return [answer, voteFor(request, random)];
  if (luck < 0.14) return [{ name: "vote", input: { agent_id: "agent99", reason: "?" } }];
  if (luck < 0.24 && names.includes("look")) {
    const looks = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({ name: "look", input: {} }));
    return random() < 0.3 ? [...looks, names.includes("vote") ? voteFor(request, random) : answer] : looks;
  }
  const voting = names.includes("vote") && (luck < 0.75 || !names.includes("new_answer"));
  if (voting) return [voteFor(request, stubborn ? () => 0 : random)];
  return [answer];
}

function voteFor(request: ModelRequest, random: Random): { name: string; input: unknown } {
  const ids = candidates(request);
  const choice = ids.length === 0 ? "agent1" : ids[Math.floor(random() * ids.length)];
  return { name: "vote", input: { agent_id: choice, reason: "because" } };
}

/** The agents that a `vote` of this request may name. */
export function candidates(request: ModelRequest): readonly string[] {
  const schema = request.tools.find(({ name }) => name === "vote")?.inputSchema;
  const properties = schema?.["properties"] as { agent_id?: { enum?: string[] } } | undefined;
  return properties?.agent_id?.enum ?? [];
}
