import type { ChatEvent } from "../core/chat/events.ts";
import type { ChatState } from "../core/chat/state.ts";
import { planModeFault } from "../core/chat/mode.ts";
import { turnUnderWay } from "../core/chat/turn.ts";
import { SHELL } from "../core/chat/user-tools.ts";
import type { LeadCommand } from "../core/command.ts";
import { FaultError, faultText, toFault } from "../core/fault.ts";
import type { Feed, LeadLive } from "../core/front-end.ts";
import { never } from "../core/never.ts";
import { createAsides } from "./aside.ts";
import { createCalls } from "./calls.ts";
import { createLane } from "./lane.ts";
import { createLive } from "./live.ts";
import { nextStep, nextUserStep, type Step } from "./next-step.ts";
import type { LeadOptions } from "./options.ts";
import { createCompaction } from "./compact.ts";
import { createBudget } from "./context-budget.ts";
import { createAsk } from "./reply.ts";

export type Lead = {
  readonly live: Feed<LeadLive>;
  /** Takes effect in the chat before it returns, so far as no work is needed for it. Ignored once closed. */
  readonly send: (command: LeadCommand) => void;
  /** Resolves when the lead waits for the user, for a run, or for an approval. */
  readonly idle: () => Promise<void>;
  /** Stops in the middle of whatever it does and applies nothing more; opening the chat again takes it up there. */
  readonly close: () => Promise<void>;
};

/** Opens a chat with the lead agent, new or loaded, and goes on with whatever it has left to do. */
export function openLead(options: LeadOptions): Lead {
  const { log, runs, now } = options;
  const live = createLive(now);
  const budget = createBudget(options.budgetTokens);
  const compaction = createCompaction(options, budget, live);
  const { ask, saw } = createAsk(options, { budget, compaction, live });
  const asides = createAsides(options, { budget, live });
  const calls = createCalls(options);
  const { userTools } = options;
  const userCalls = createCalls({ ...options, tools: [...options.tools, ...(userTools?.tools ?? [])] });
  let closed = false;
  let errands: Promise<unknown> = Promise.resolve();

  const lead = lane((chat) => nextStep(chat), calls, { show: live.show, rest: live.rest });
  // What the user called runs beside the lead and must not touch what the lead is seen to write.
  const user = lane((chat) => nextUserStep(chat, "elsewhere"), userCalls, { show: () => {}, rest: () => {} });
  const shell = lane((chat) => nextUserStep(chat, "shell"), userCalls, {
    show({ activity, note = "" }) {
      if (activity === undefined) live.show({ shell: note });
    },
    rest() {
      if (live.get().shell !== "") live.show({ shell: "" });
    },
  });
  const lanes = [lead, user, shell];

  giveUpOrphans();
  const unsubscribe = log.subscribe(wake);
  wake();
  return { live, send, idle, close };

  function lane(
    next: (chat: ChatState) => Step,
    made: typeof calls,
    screen: Pick<typeof live, "show" | "rest">,
  ): ReturnType<typeof createLane> {
    return createLane({
      next: () => (closed ? { do: "wait" } : next(log.get())),
      take(step, signal) {
        if (step.do === "ask_model") return ask(signal);
        if (step.do === "compact") return compaction.onRequest(step.focus, signal);
        return made.take(step, signal, screen.show);
      },
      fail(step, error) {
        const fault = toFault(error);
        if (step.do === "ask_model") log.apply({ type: "turn_failed", fault });
        else if (step.do === "compact") log.apply({ type: "compaction_failed", fault });
        else calls.finish(step.call, { output: faultText(fault), failed: true });
      },
      rest: screen.rest,
    });
  }

  function wake(): void {
    for (const each of lanes) each.wake();
  }

  function send(command: LeadCommand): void {
    if (closed) return;
    switch (command.do) {
      case "say":
        if (command.text.trim() !== "") log.apply(saidBy(command));
        return;
      case "set_mode":
        if (command.mode !== log.get().mode) log.apply({ type: "mode_changed", mode: command.mode });
        return;
      case "call": {
        const { text, tool: name, input } = command;
        return log.apply({ type: "user_called", text, call: { id: `user_${log.get().events}`, name, input } });
      }
      case "answer_approval":
        return answer(command);
      case "interrupt":
        return interrupt();
      case "rewind":
        return rewind(command);
      case "compact":
        if (log.get().compaction) return;
        return log.apply({ type: "compaction_asked", ...(command.focus === "" ? {} : { focus: command.focus }) });
      case "ask_aside":
        return asides.ask(command.question);
      case "stop_shell":
        return userTools?.stopShell();
      case "stop_run":
        return errand(() => runs.cancel(command.runId));
      case "answer_now":
        return errand(() => runs.answerNow(command.runId));
      case "steer_run":
        return errand(() => runs.steer(command.runId, command.steer));
      case "resume_run":
        return errand(() => runs.resume(command.runId));
      case "changes":
        if (command.action !== "show" && refusedInPlan(`/${command.action} is not done`)) return;
        return errand(() => runs.changes(command.action, command.run));
      default:
        return never(command);
    }
  }

  function refusedInPlan(what: string): boolean {
    const isPlan = log.get().mode === "plan";
    if (isPlan) log.apply({ type: "command_failed", fault: planModeFault(what) });
    return isPlan;
  }

  /** The files first: when they cannot go back, nothing does. */
  function rewind({ to, what }: Extract<LeadCommand, { do: "rewind" }>): void {
    const place = log.get().checkpoints.find(({ seq }) => seq === to);
    if (!place || (what !== "conversation" && refusedInPlan("The files do not go back"))) return;
    if (what !== "files") interrupt();
    if (what === "conversation") return log.apply({ type: "rewound", to });
    errand(async () => {
      await runs.takeBack(place.at);
      if (what === "both" && !closed) log.apply({ type: "rewound", to });
    });
  }

  function answer({ callId, allow, note, edited, forSession }: Extract<LeadCommand, { do: "answer_approval" }>): void {
    const open = log.get().calls.find(({ call }) => call.id === callId);
    if (open?.stage !== "asked") return;
    if (allow && edited?.agents.every(({ on }) => !on)) {
      const message = "A run needs at least one agent; all of them are switched off.";
      return log.apply({
        type: "command_failed",
        fault: { code: "usage", message, hint: "Switch one on, or cancel." },
      });
    }
    const proposed = open.ask.kind === "run" ? open.ask.proposal : undefined;
    const isEdited = edited !== undefined && JSON.stringify(edited) !== JSON.stringify(proposed);
    log.apply({
      type: "approval_answered",
      callId,
      allow,
      ...(note === undefined || note.trim() === "" ? {} : { note: note.trim() }),
      ...(allow && isEdited ? { edited } : {}),
      ...(allow && forSession === true ? { forSession } : {}),
    });
  }

  /** Everything that it stops is settled in the chat before it returns, however long the work takes to notice. */
  function interrupt(): void {
    const chat = log.get();
    asides.stop();
    const isTurn = turnUnderWay(chat);
    const stopped = chat.calls.filter(
      ({ byUser, stage, call }) => !byUser || (stage === "running" && call.name !== SHELL),
    );
    if (!isTurn && stopped.length === 0 && !chat.compaction) return;
    const { text } = live.get();
    const reason = new FaultError({ code: "cancelled", message: "Interrupted by the user" });
    lead.abort(reason);
    user.abort(reason);
    live.rest();
    const read = saw();
    if (chat.compaction) log.apply({ type: "compaction_failed", fault: compactionStopped });
    for (const open of stopped) calls.finish(open.call, interrupted(open.stage === "running"));
    if (isTurn)
      log.apply({ type: "turn_interrupted", text, ...(text === "" || read === undefined ? {} : { saw: read }) });
  }

  /** A request to the runs: what comes of it reaches the chat as their events, a failure as `command_failed`. */
  function errand(work: () => Promise<void>): void {
    const done = work().catch((error: unknown) => {
      if (!closed) log.apply({ type: "command_failed", fault: toFault(error) });
    });
    errands = Promise.all([errands, done]);
  }

  /** Calls that an earlier process was running when it ended. */
  function giveUpOrphans(): void {
    const output = "Interrupted before completion; outcome unknown. Do not assume it ran.";
    for (const { call, stage } of log.get().calls)
      if (stage === "running") calls.finish(call, { output, failed: true });
  }

  async function idle(): Promise<void> {
    for (;;) {
      const waitingFor = errands;
      await Promise.all([waitingFor, asides.idle(), ...lanes.map((each) => each.working())]);
      if (errands === waitingFor && lanes.every((each) => !each.working())) return;
    }
  }

  async function close(): Promise<void> {
    closed = true;
    unsubscribe();
    asides.stop();
    const reason = new FaultError({ code: "cancelled", message: "The chat was closed" });
    for (const each of lanes) each.abort(reason);
    await Promise.all([asides.idle(), ...lanes.map(async (each) => each.working())]);
  }
}

function saidBy({ text, images = [] }: Extract<LeadCommand, { do: "say" }>): ChatEvent {
  return { type: "user_said", text, ...(images.length > 0 && { images: [...images] }) };
}

const compactionStopped = {
  code: "cancelled",
  message: "The summary was stopped",
  hint: "The conversation is as it was.",
} as const;

function interrupted(hasStarted: boolean): { output: string; failed: true } {
  const output = hasStarted
    ? "Interrupted by the user while it ran; it may have taken effect in part. Do not assume that it did or did not."
    : "Not run: the user interrupted.";
  return { output, failed: true };
}
