import { setImmediate } from "node:timers/promises";
import { FaultError } from "../../core/fault.ts";
import type { ModelClient, ModelEvent, ModelReply, ModelRequest, ModelSpec, Usage } from "../../core/model.ts";
import { never } from "../../core/never.ts";
import { playAside } from "./aside.ts";
import { playAgent, rankTargets } from "./agent.ts";
import type { Draft, DraftCall, Player } from "./draft.ts";
import { playHost } from "./host.ts";
import { playLead } from "./lead.ts";
import { playEvaluator } from "./evaluator.ts";
import { beat, deltasOf, hang, pause, paceOf } from "./pace.ts";
import { playPresenter } from "./presenter.ts";
import { readTeamView, roleOf } from "./read-request.ts";
import { playSummary } from "./summary.ts";
import { openScenario, type Step } from "./scenario.ts";
import { digest } from "./words.ts";

/** Characters of a token, on average: what usage is estimated with. */
const TOKEN_CHARS = 4;

/**
 * A model backend without a model: it works offline, costs nothing, and answers by rules from what is in the request.
 * The same seed, agent and request give the same reply. It plays the lead, a team agent, the presenter or the presenter
 * that looks at its answer once more, depending on the offered tools. `spec.scenario` scripts its calls, one step each, failures included; throws FaultError "config"
 * for a scenario that cannot be read. After the script, and without one, the built-in behaviour answers.
 */
export function simulatedModel(spec: ModelSpec): ModelClient {
  const player: Player = { agentId: spec.agentId, seed: spec.seed ?? 1 };
  const script = spec.scenario === undefined ? undefined : openScenario(spec.scenario, spec.agentId);
  return {
    backend: "simulated",
    model: spec.model,
    simulated: true,
    async *stream(request, signal) {
      signal.throwIfAborted();
      // Even without delays, timers and other agents get their turn between two calls.
      await setImmediate();
      const step = script?.take(request);
      const draft = step && isScripted(step) ? scripted(step, request, player) : play(request, player);
      yield* perform(draft, step, { request, player, options: spec.options, signal });
    },
  };
}

type Stage = {
  readonly request: ModelRequest;
  readonly player: Player;
  readonly options: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
};

function play(request: ModelRequest, player: Player): Draft {
  const role = roleOf(request);
  switch (role) {
    case "lead":
      return playLead(request);
    case "agent":
      return playAgent(request, player);
    case "host":
      return playHost(request, player);
    case "evaluator":
      return playEvaluator(request);
    case "presenter":
      return playPresenter(request);
    case "summariser":
      return playSummary(request);
    case "aside":
      return playAside(request);
    default:
      return never(role);
  }
}

/** The step says what is said and called; otherwise it only says how the built-in reply arrives. */
function isScripted({ text, calls, reasoning, error, hang }: Step): boolean {
  return text !== undefined || calls !== undefined || reasoning !== undefined || error !== undefined || hang === true;
}

function scripted(step: Step, request: ModelRequest, player: Player): Draft {
  const calls = (step.calls ?? []).map((call) => ({ name: call.name, input: withTarget(call.input, request, player) }));
  return { text: step.text ?? "", calls, ...(step.reasoning !== undefined && { reasoning: step.reasoning }) };
}

/** "$best" and "$other" stand for the answer that the agent likes best, and for the next one. */
function withTarget(input: Record<string, unknown>, request: ModelRequest, player: Player): DraftCall["input"] {
  const wanted = input["agent_id"];
  if (wanted !== "$best" && wanted !== "$other") return input;
  const ranked = rankTargets(request, readTeamView(request.messages), player);
  const target = wanted === "$best" ? ranked[0] : (ranked[1] ?? ranked[0]);
  return { ...input, agent_id: target?.id ?? "agent1" };
}

async function* perform(draft: Draft, step: Step | undefined, stage: Stage): AsyncIterable<ModelEvent> {
  const { signal } = stage;
  const deltas = deltasOf(draft.text);
  const usual = paceOf(stage.options, stage.player, draft.text, deltas.length);
  await pause(step?.delay_ms ?? usual.latencyMs, signal);
  const nextDelta = beat(step?.chunk_delay_ms ?? usual.deltaMs);
  for (const delta of deltasOf(draft.reasoning ?? "")) {
    await nextDelta(signal);
    yield { type: "reasoning", delta };
  }
  const end = step?.cut_after_chars ?? Infinity;
  let sent = 0;
  for (const delta of deltas) {
    await nextDelta(signal);
    const part = delta.slice(0, end - sent);
    sent += part.length;
    if (part !== "") yield { type: "text", delta: part };
    if (sent >= end) break;
  }
  signal.throwIfAborted();
  if (step?.cut_after_chars !== undefined) throw cut(sent);
  if (step?.error) throw scriptedFault(step.error);
  if (step?.hang === true) await hang(signal);
  yield reply(draft, step, stage.request);
}

function reply(draft: Draft, step: Step | undefined, request: ModelRequest): ModelReply {
  const { text, reasoning = "", calls } = draft;
  const key = digest(JSON.stringify(request.messages), JSON.stringify(draft));
  return {
    type: "done",
    text,
    reasoning,
    calls: calls.map((call, index) => ({ id: `sim_${key}_${index + 1}`, ...call })),
    stop: calls.length > 0 ? "calls" : "end",
    usage: { ...estimate(draft, request), ...definedOnly(step?.usage ?? {}) },
    costUsd: 0,
  };
}

function estimate({ text, reasoning = "", calls }: Draft, { system, messages, tools }: ModelRequest): Usage {
  const tokens = (chars: number): number => Math.ceil(chars / TOKEN_CHARS);
  const sent =
    system.length +
    (messages.length > 0 ? JSON.stringify(messages).length : 0) +
    (tools.length > 0 ? JSON.stringify(tools).length : 0);
  const made = text.length + reasoning.length + (calls.length > 0 ? JSON.stringify(calls).length : 0);
  return { input: tokens(sent), cachedInput: 0, output: tokens(made), reasoning: tokens(reasoning.length) };
}

function definedOnly(usage: NonNullable<Step["usage"]>): Partial<Usage> {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined));
}

function cut(chars: number): FaultError {
  return new FaultError({
    code: "network",
    message: `The connection broke after ${chars} characters, as the scenario says`,
    hint: "Nothing is wrong with your network: a simulated model was told to break here.",
  });
}

function scriptedFault({ code, message, retry_after_ms }: NonNullable<Step["error"]>): FaultError {
  return new FaultError({
    code,
    message,
    hint: "A simulated model was told to fail here by its scenario.",
    ...(retry_after_ms !== undefined && { retryAfterMs: retry_after_ms }),
  });
}
