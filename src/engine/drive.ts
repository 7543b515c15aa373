import { type Fault, FaultError, toFault } from "../core/fault.ts";
import { never } from "../core/never.ts";
import type { AgentId, AnswerLabel } from "../core/run/terms.ts";
import { savedBy } from "../core/run/dominated.ts";
import { findAgent, findAnswer } from "../core/run/freshness.ts";
import { budgetShare } from "../core/run/spend.ts";
import type { RunState, Winner } from "../core/run/state.ts";
import { activeTimer } from "./active-timer.ts";
import { conversationSoFar } from "./conversation-so-far.ts";
import { watchQuestions } from "./ask-others.ts";
import { type Action, decide } from "./decide.ts";
import { evaluate } from "./evaluation.ts";
import { execute } from "./execution.ts";
import type { Go } from "./model-call.ts";
import { makePersonas } from "./personas.ts";
import { presentationSoFar } from "./presentation-so-far.ts";
import { present } from "./presentation.ts";
import { anonymous } from "./prompts.ts";
import type { EngineShell } from "./shell.ts";
import { Restart } from "./submit.ts";
import { watchTime } from "./watch-time.ts";

/** What the user may do to a run under way. `hold` leaves it as it is, to be resumed; `stop` ends it with what there is. */
export type RunSignals = { readonly hold: AbortSignal; readonly stop: AbortSignal };

type Live = { readonly go: Go; readonly controller: AbortController };

/** How long a cancelled execution may take to let go of its tools before the run goes on without it. */
const SETTLE_MS = 2000;

/**
 * Drives a run until it has ended or is held. It only looks at the state, so that a fresh run and a reloaded one are
 * driven alike: to resume, load the journal, record `run_resumed`, and call this. Resolves with the last state. A
 * failure of a model or tool is an event, never a rejection.
 */
export async function driveRun(shell: EngineShell, signals: RunSignals): Promise<RunState> {
  const { log } = shell;
  const live = new Map<AgentId, Live>();
  const settling = new Set<Promise<void>>();
  const timers = watchTime(shell);
  const endQuestions = watchQuestions(shell);

  while (log.get().phase.kind !== "ended" && !signals.hold.aborted) {
    releaseDropped();
    if (signals.stop.aborted && stop()) continue;
    const [action] = decide(log.get());
    if (action) perform(action);
    else await nextEvent(shell, signals);
  }
  timers.cancel();
  endQuestions();
  for (const agent of live.keys()) release(agent, cancelled("The run is over"));
  await settled(shell, settling);
  return log.get();

  function perform(action: Action): void {
    switch (action.do) {
      case "start_execution": {
        const { agent, sees, mayAnswer, mayVote } = action;
        const execution = (findAgent(log.get(), agent)?.executions ?? 0) + 1;
        const soFar = conversationSoFar(shell, agent, sees);
        const continues = soFar ? { continues: soFar.execution } : {};
        log.apply({ type: "execution_started", agent, execution, sees: [...sees], mayAnswer, mayVote, ...continues });
        return begin(agent, execution, log.get().settings.timeouts.agent, (go) => execute(go, soFar));
      }
      case "make_personas": {
        const { agent } = action;
        log.apply({ type: "personas_started", agent });
        return begin(agent, undefined, log.get().settings.timeouts.agent, makePersonas);
      }
      case "restart_execution":
        return stopExecution(action.agent, cancelled(`${action.because} is newer`), true, action.because);
      case "invalidate_votes":
        return log.apply({ type: "votes_invalidated", by: action.by, voters: [...action.voters] });
      case "settle_agents": {
        const agents = log.get().agents.filter(({ id }) => action.agents.includes(id));
        for (const { id } of agents) stopExecution(id, cancelled("Its vote cannot change the outcome any more"), true);
        return log.apply({ type: "agents_settled", agents: [...action.agents], ...savedBy(agents) });
      }
      case "wrap_up":
        return log.apply({ type: "wrap_up_started", reason: action.reason });
      case "end_coordination": {
        const late = action.reason === "time";
        const fault: Fault = late
          ? { code: "timeout", message: `No answer or vote within ${log.get().settings.timeouts.orchestrator} s` }
          : cancelled("Coordination has ended");
        for (const agent of live.keys()) stopExecution(agent, fault, !late);
        return log.apply({ type: "coordination_ended", reason: action.reason });
      }
      case "choose_winner":
        return log.apply({ type: "winner_chosen", ...action.winner, votes: { ...action.winner.votes } });
      case "present": {
        const winning = log.get().phase;
        if (winning.kind !== "presenting" || winning.winner.label === null) return;
        const { label } = winning.winner;
        const soFar = presentationSoFar(shell, action.agent);
        log.apply({ type: "presentation_started", agent: action.agent, ...(soFar && { continues: true }) });
        const stored = findAnswer(log.get(), label)?.text ?? "";
        return begin(action.agent, undefined, log.get().settings.timeouts.presentation, (go) =>
          present(go, { label, stored, soFar }),
        );
      }
      case "store_final":
        return storeFinal(action.winner);
      case "evaluate": {
        const { agent } = action;
        log.apply({ type: "evaluation_started", agent });
        return begin(agent, undefined, log.get().settings.timeouts.presentation, evaluate);
      }
      case "start_attempt":
        return log.apply({ type: "attempt_started", attempt: log.get().attempt + 1 });
      case "end":
        return log.apply({ type: "run_ended", outcome: action.outcome, ...faultOf(log.get(), action.outcome) });
      default:
        return never(action);
    }
  }

  function begin(id: AgentId, execution: number | undefined, seconds: number, work: (go: Go) => Promise<void>): void {
    const agent = agentFor(id);
    const controller = new AbortController();
    const expire = (fault: Fault): void => controller.abort(new FaultError(fault));
    const { signal } = controller;
    const go: Go | undefined = agent && { shell, agent, execution, signal, expire, partial: { text: "", prompt: "" } };
    if (!go) return fail(id, execution, { code: "bug", message: `The team has no agent "${id}"` }, "");
    const late = {
      code: "timeout",
      message: `No result within ${seconds} s`,
      hint: "Raise timeout_settings.",
    } as const;
    const cancelTimer = activeTimer(shell, seconds * 1000, () => expire(late), id);
    // The first await lets the loop see the event that started this before anything else is applied.
    const working = Promise.resolve().then(() => work(go));
    // A tool that does not let go when it is told to does not hold up the run.
    const done = Promise.race([working, rejectedBy(controller.signal)])
      .catch((error: unknown) => {
        if (live.get(id)?.controller !== controller) return; // cancelled meanwhile, and journalled by whoever did it
        live.delete(id);
        if (error instanceof Restart) return restart(id, execution, error, go.partial.text);
        fail(id, execution, toFault(error), go.partial.text);
      })
      .finally(() => {
        cancelTimer();
        if (live.get(id)?.controller === controller) live.delete(id);
      });
    live.set(id, { go, controller });
    const over = Promise.allSettled([working, done]).then(() => void settling.delete(over));
    settling.add(over);
  }

  /** In its final answer and the second look at it an agent may be played by another model. */
  function agentFor(id: AgentId): Go["agent"] | undefined {
    const agent = shell.agents.find((candidate) => candidate.id === id);
    const isFinal = log.get().phase.kind === "presenting";
    return agent && isFinal ? { ...agent, model: agent.synthesis ?? agent.model } : agent;
  }

  /** What the user took out of the run does not go on behind its back. */
  function releaseDropped(): void {
    for (const id of live.keys()) {
      if (findAgent(log.get(), id)?.status.kind === "parked") release(id, cancelled("Dropped by the user"));
    }
  }

  function fail(agent: AgentId, execution: number | undefined, fault: Fault, text: string): void {
    if (execution === undefined) return failOther(agent, fault);
    const outOfBudget = fault.code === "budget" && budgetShare(log.get()) >= 1;
    log.apply({ type: "execution_stopped", agent, execution, fault, text, cancelled: outOfBudget });
  }

  /**
   * A presentation that failed leaves the answer that was voted for; a second look that failed, the final answer; and
   * without perspectives a run goes on.
   */
  function failOther(agent: AgentId, fault: Fault): void {
    if (log.get().preparing === agent) return log.apply({ type: "personas_made", agent, personas: {}, fault });
    if (!log.get().final) return log.apply({ type: "presentation_failed", agent, fault });
    log.apply({ type: "answer_evaluated", agent, verdict: "submit", reason: "", instructions: "", fault });
  }

  function restart(agent: AgentId, execution: number | undefined, { by, message }: Restart, text: string): void {
    if (execution === undefined) return;
    const stopped = { type: "execution_stopped", agent, execution, fault: cancelled(message), text } as const;
    log.apply({ ...stopped, cancelled: true, ...(by === undefined ? {} : { restartedBy: by }) });
  }

  function stopExecution(agent: AgentId, fault: Fault, free: boolean, restartedBy?: AnswerLabel): void {
    const going = release(agent, fault);
    // One that has just submitted is over, although its promise has not settled yet.
    if (going?.execution === undefined || findAgent(log.get(), agent)?.status.kind !== "working") return;
    const stopped = { type: "execution_stopped", agent, execution: going.execution, fault, cancelled: free } as const;
    log.apply({ ...stopped, text: going.partial.text, ...(restartedBy ? { restartedBy } : {}) });
  }

  function release(agent: AgentId, fault: Fault): Go | undefined {
    const going = live.get(agent);
    live.delete(agent);
    going?.controller.abort(new FaultError(fault));
    return going?.go;
  }

  /** True when stopping changed something; a run that is already storing its answer just goes on to its end. */
  function stop(): boolean {
    const { phase } = log.get();
    const fault = cancelled("Stopped by the user");
    if (phase.kind === "coordinating") {
      for (const agent of live.keys()) stopExecution(agent, fault, true);
      log.apply({ type: "coordination_ended", reason: "stopped" });
      return true;
    }
    if (phase.kind !== "presenting") return false;
    const presents = phase.started && !phase.failed && !log.get().final;
    if (!presents && !phase.evaluating) return false;
    release(phase.winner.agent, fault);
    failOther(phase.winner.agent, fault);
    return true;
  }

  function storeFinal({ agent, label }: Winner): void {
    const run = log.get();
    const answer = label === null ? undefined : findAnswer(run, label);
    const earlier = label === null || answer ? undefined : run.past.at(-1)?.final;
    const kept = answer ?? earlier;
    log.apply({
      type: "final_stored",
      agent,
      label: `${anonymous(run, agent)}.final`,
      text: kept?.text ?? findAgent(run, agent)?.salvaged ?? "",
      source: answer ? "stored" : earlier ? "earlier" : "salvaged",
      snapshot: kept?.snapshot ?? null,
      files: [...(kept?.files ?? [])],
      ...planOf(run, earlier),
      ...(answer && answer.changes.length > 0 && { changes: [...answer.changes], patch: answer.label }),
      ...(earlier?.changes && { changes: earlier.changes, patch: earlier.patch }),
    });
  }
}

function planOf({ settings }: RunState, earlier: RunState["final"]) {
  if (earlier?.plan) return { plan: earlier.plan };
  return settings.planningMode ? { planProblem: "nobody has written the final answer" } : {};
}

function cancelled(message: string): Fault {
  return { code: "cancelled", message };
}

/** Why a run failed: the newest fault of an agent, since nobody has an answer. */
function faultOf(run: RunState, outcome: string): { fault?: Fault } {
  if (outcome !== "failed") return {};
  const faults = run.agents.flatMap(({ status }) => (status.kind === "parked" ? [status] : []));
  const [last] = faults.toSorted((a, b) => b.at - a.at);
  return { fault: last?.fault ?? { code: "timeout", message: "Nobody had an answer when the run ended" } };
}

/** Resolves at the next event, or when the user stops or holds the run. */
function nextEvent({ log }: EngineShell, { hold, stop }: RunSignals): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      unsubscribe();
      hold.removeEventListener("abort", done);
      stop.removeEventListener("abort", done);
      resolve();
    };
    const unsubscribe = log.subscribe(done);
    hold.addEventListener("abort", done);
    stop.addEventListener("abort", done);
  });
}

/** Never resolves; rejects with the signal's reason once it aborts. */
function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

/** Cancelled executions let go of their tools; one that does not is left behind. */
async function settled({ clock }: EngineShell, settling: ReadonlySet<Promise<void>>): Promise<void> {
  let cancel = (): void => {};
  const tooLong = new Promise<void>((resolve) => {
    cancel = clock.timer(SETTLE_MS, resolve);
  });
  await Promise.race([Promise.allSettled(settling), tooLong]);
  cancel();
}
