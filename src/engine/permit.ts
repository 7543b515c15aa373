import { FaultError, faultText } from "../core/fault.ts";
import type { ToolCall } from "../core/message.ts";
import { askFor, isGranted } from "../core/run/permission-asks.ts";
import type { PermissionAsk, RunState } from "../core/run/state.ts";
import type { Tool, ToolOutcome } from "../core/tool.ts";
import { type Go, record } from "./model-call.ts";

type Answer = NonNullable<PermissionAsk["answer"]>;

/** Free: nobody needs to be asked. Refused: what the agent is told instead of a result. */
export type Permit =
  { readonly kind: "free" | "allowed" } | { readonly kind: "refused"; readonly outcome: ToolOutcome };

/**
 * Has the user agree to a call where its tool wants that, and waits for as long as it takes; the other agents go on
 * meanwhile. Question and answer are events, so that a run that was interrupted at the question is resumed there.
 */
export async function permit(go: Go, tool: Tool, call: ToolCall): Promise<Permit> {
  let asked: Awaited<ReturnType<Tool["approval"]>>;
  try {
    asked = await tool.approval(call.input);
  } catch (error) {
    go.signal.throwIfAborted();
    if (error instanceof FaultError) return { kind: "free" }; // bad input: running it says so
    throw error;
  }
  if (asked?.kind !== "command") return { kind: "free" };
  const { title, detail, covers = [] } = asked;
  const { log, flush } = go.shell;
  const agent = go.agent.id;
  const known = askFor(log.get(), agent, call.id, title);
  const id = known?.id ?? `p${log.get().permissionAsks.length + 1}`;
  if (!known) {
    record(go, { type: "permission_asked", id, agent, callId: call.id, title, detail, covers: [...covers] });
    await flush();
  }
  const answer = await answerTo(go, id);
  if (answer.allow) return { kind: "allowed" };
  const said = {
    code: "denied",
    message: `Not permitted: ${title}. ${whyNot(answer)}`,
    hint: HINTS[answer.by],
  } as const;
  return { kind: "refused", outcome: { output: faultText(said), failed: true } };
}

async function answerTo(go: Go, id: string): Promise<Answer> {
  const { log, hasUser } = go.shell;
  const decided = await until(go, (run) => {
    const ask = run.permissionAsks.find((one) => one.id === id);
    if (ask?.answer) return ask.answer;
    if (ask && isGranted(run, ask.covers)) return { allow: true, by: "earlier" };
    if (!hasUser) return { allow: false, by: "policy" };
    const { phase } = run;
    const isLate = phase.kind === "coordinating" && (phase.outOfTime || phase.wrapUp !== undefined);
    return isLate ? { allow: false, by: "late" } : undefined;
  });
  const answered = log.get().permissionAsks.find((one) => one.id === id)?.answer;
  if (answered) return answered;
  record(go, { type: "permission_answered", id, ...decided });
  return decided;
}

/** The first answer that the run as it is, or becomes, gives. A final answer does not wait for ever. */
function until(go: Go, answerIn: (run: RunState) => Answer | undefined): Promise<Answer> {
  const { log, clock } = go.shell;
  const now = answerIn(log.get());
  if (now) return Promise.resolve(now);
  return new Promise((resolve, reject) => {
    const { phase, settings } = log.get();
    const end = (): void => {
      unsubscribe();
      cancel();
      go.signal.removeEventListener("abort", abort);
    };
    const take = (answer: Answer | undefined): void => {
      if (!answer) return;
      end();
      resolve(answer);
    };
    const abort = (): void => {
      end();
      reject(go.signal.reason as Error);
    };
    const unsubscribe = log.subscribe((_, run) => take(answerIn(run)));
    const tooLong = settings.timeouts.presentation * 1000;
    const cancel =
      phase.kind === "presenting" ? clock.timer(tooLong, () => take({ allow: false, by: "late" })) : () => {};
    go.signal.addEventListener("abort", abort, { once: true });
  });
}

function whyNot({ by, reason }: Answer): string {
  if (by === "policy") return "Nobody is there to be asked.";
  if (by === "late") return "Nobody answered in time.";
  return `The user said no.${reason === undefined || reason.trim() === "" ? "" : ` Their reason: ${reason.trim()}`}`;
}

const DO_WITHOUT = "Do not try the same in another way. Do without it; if the task needs it, say so in your answer.";
const HINTS: Readonly<Record<Answer["by"], string>> = {
  user: DO_WITHOUT,
  earlier: DO_WITHOUT,
  late: DO_WITHOUT,
  policy: `${DO_WITHOUT} The user can allow it with a rule in permissions.allow.`,
};
