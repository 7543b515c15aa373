import { type Fault, FaultError } from "../core/fault.ts";
import type { ModelEvent, ModelReply, ModelRequest } from "../core/model.ts";
import type { RunEvent } from "../core/run/events.ts";
import type { ModelStage } from "../core/run/terms.ts";
import { findAgent } from "../core/run/freshness.ts";
import { budgetShare } from "../core/run/spend.ts";
import { whileRunning } from "./active-timer.ts";
import type { EngineAgent } from "./agent.ts";
import type { EngineShell } from "./shell.ts";

/** One go of one agent, as far as models and tools are concerned. */
export type Go = {
  readonly shell: EngineShell;
  readonly agent: EngineAgent;
  /** Absent in the presentation. */
  readonly execution: number | undefined;
  readonly signal: AbortSignal;
  /** Ends this go as failed. */
  readonly expire: (fault: Fault) => void;
  /** Written by `callModel`: the text of the call under way, kept when it is cut off, and what it was made with. */
  readonly partial: { text: string; prompt: string };
};

/** Applies an event of this go. Throws when the go was cancelled: what it still finds out no longer counts. */
export function record(go: Go, event: RunEvent): void {
  go.signal.throwIfAborted();
  go.shell.log.apply(event);
}

/** Journals what a request is made with, where that is not as it was before in this go. */
function recordPrompt(go: Go, { system, messages, tools }: ModelRequest, stage: ModelStage | undefined): void {
  const opening = messages[0]?.role === "user" ? messages[0].text : "";
  const prompt = { system, opening, tools: tools.map(({ name }) => name) };
  const text = JSON.stringify(prompt);
  if (text === go.partial.prompt) return;
  go.partial.prompt = text;
  const { execution } = go;
  const of = { agent: go.agent.id, ...(execution === undefined ? {} : { execution }), ...(stage && { stage }) };
  record(go, { type: "prompt_set", ...of, ...prompt });
}

/** One model call, journalled with its usage. Throws a FaultError when the budget of the run is used up. */
export async function callModel(go: Go, request: ModelRequest, stage?: ModelStage): Promise<ModelReply> {
  const { shell, agent } = go;
  recordPrompt(go, request, stage);
  await shell.flush();
  await whileRunning(shell, go.signal);
  go.signal.throwIfAborted();
  if (budgetShare(shell.log.get()) >= 1) {
    throw new FaultError({
      code: "budget",
      message: "The budget of the run is used up",
      hint: "Raise orchestrator.budget.",
    });
  }
  const startedAt = shell.clock.now();
  let firstTokenMs: number | null = null;
  go.partial.text = "";
  shell.onDelta(agent.id, { kind: "reset", text: "" });
  for await (const event of untilAborted(agent.model.stream(request, go.signal), go.signal)) {
    if (event.type === "done") {
      go.partial.text = event.text;
      const latencyMs = Math.max(0, shell.clock.now() - startedAt);
      record(go, { ...replied(go, event), ...(stage ? { stage } : {}), latencyMs, firstTokenMs });
      return event;
    }
    if (event.type === "retry") {
      const { fault, attempt, maxAttempts, delayMs } = event;
      go.partial.text = "";
      shell.onDelta(agent.id, { kind: "reset", text: "" });
      record(go, { type: "model_retried", agent: agent.id, fault, attempt, maxAttempts, delayMs });
      continue;
    }
    firstTokenMs ??= shell.clock.now() - startedAt;
    if (event.type === "text") go.partial.text += event.delta;
    shell.onDelta(agent.id, { kind: event.type, text: event.delta });
  }
  go.signal.throwIfAborted();
  throw new FaultError({ code: "bug", message: `${agent.model.backend} ended its stream without a reply` });
}

function replied(go: Go, reply: ModelReply) {
  const { text, reasoning, usage, costUsd, native } = reply;
  return {
    type: "model_replied" as const,
    agent: go.agent.id,
    ...otherModel(go),
    ...(go.execution === undefined ? {} : { execution: go.execution }),
    text,
    reasoning,
    calls: [...reply.calls],
    ...(native ? { native } : {}),
    usage,
    costUsd,
  };
}

/** Named where it is not the one that the agent works with. */
function otherModel({ shell, agent }: Go): { model?: string } {
  const { model } = agent.model;
  return findAgent(shell.log.get(), agent.id)?.model === model ? {} : { model };
}

/** Ends with the signal even when the model ignores it. */
async function* untilAborted(stream: AsyncIterable<ModelEvent>, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  signal.throwIfAborted();
  const iterator = stream[Symbol.asyncIterator]();
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
  });
  aborted.catch(() => {});
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener("abort", abort);
    void iterator.return?.().catch(() => {});
  }
}
