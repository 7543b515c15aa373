import type { RunProposal } from "../core/chat/approval.ts";
import type { ToolCall } from "../core/message.ts";
import { isForbiddenIn, planModeFault } from "../core/chat/mode.ts";
import { faultText } from "../core/fault.ts";
import { never } from "../core/never.ts";
import { keptOutcome, runCall, type Tool, type ToolOutcome } from "../core/tool.ts";
import { untilAborted } from "./abort.ts";
import { changesIn, isGranted, mustAsk, refusal } from "./approvals.ts";
import type { LiveFeed } from "./live.ts";
import type { Step } from "./next-step.ts";
import type { LeadOptions } from "./options.ts";
import { launchInput } from "./tools/launch-run.ts";

type CallStep = Extract<Step, { readonly call: ToolCall }>;
type Show = LiveFeed["show"];

export type Calls = {
  /** Takes a tool call one stage further. Rejects when the tool cannot even say whether it needs approval. */
  readonly take: (step: CallStep, signal: AbortSignal, show: Show) => Promise<void>;
  readonly finish: (call: ToolCall, outcome: ToolOutcome, durationMs?: number) => void;
};

export function createCalls(options: Omit<LeadOptions, "runs" | "model" | "system">): Calls {
  const { log, tools, now, flush = async () => {} } = options;
  return { take, finish };

  async function take(step: CallStep, signal: AbortSignal, show: Show): Promise<void> {
    switch (step.do) {
      case "check_call":
        return check(step.call, signal, show);
      case "run_tool": {
        const { call, proposed, edited } = step;
        const changes = proposed && edited ? changesIn(proposed, edited) : [];
        return run(withProposal(call, edited ?? proposed), { signal, show, changes, approved: true });
      }
      case "refuse":
        return finish(step.call, { output: refusal(step.note), failed: true });
      default:
        return never(step);
    }
  }

  async function check(call: ToolCall, signal: AbortSignal, show: Show): Promise<void> {
    const tool = tools.find(({ name }) => name === call.name);
    if (tool && isForbiddenIn(log.get().mode, tool)) return forbid(call, tool);
    const ask = tool && (await untilAborted(tool.approval(call.input), signal));
    const { mode, granted } = log.get();
    const approved = ask !== undefined && isGranted(ask, granted);
    if (ask && !approved && mustAsk(ask, mode)) return log.apply({ type: "approval_asked", callId: call.id, ask });
    const proposal = ask?.kind === "run" ? ask.proposal : undefined;
    return run(withProposal(call, proposal), { signal, show, changes: [], approved });
  }

  async function run(
    call: ToolCall,
    {
      signal,
      show,
      changes,
      approved,
    }: { signal: AbortSignal; show: Show; changes: readonly string[]; approved: boolean },
  ): Promise<void> {
    const tool = tools.find(({ name }) => name === call.name);
    // The user may have gone into plan mode since it was approved.
    if (tool && isForbiddenIn(log.get().mode, tool)) return forbid(call, tool);
    const summary = tool?.summary(call.input) ?? call.name;
    const startedAt = now();
    log.apply({ type: "tool_started", callId: call.id, summary });
    show({ activity: "tool", text: "", note: summary });
    if (tool && tool.capability !== "read") await untilAborted(flush(), signal);
    const progress = (note: string): void => {
      if (!signal.aborted) show({ note });
    };
    const outcome = await untilAborted(runCall(tools, call, { signal, progress, approved }), signal);
    const told =
      changes.length === 0 || outcome.failed ? "" : `\nThe user changed your proposal:\n${changes.join("\n")}`;
    finish(call, { ...outcome, output: outcome.output + told }, now() - startedAt);
  }

  function forbid(call: ToolCall, tool: Tool): void {
    log.apply({ type: "tool_started", callId: call.id, summary: tool.summary(call.input) });
    finish(call, { output: faultText(planModeFault("Not done")), failed: true });
  }

  function finish(call: ToolCall, outcome: ToolOutcome, durationMs = 0): void {
    log.apply({
      type: "tool_finished",
      callId: call.id,
      ...keptOutcome(outcome),
      durationMs: Math.max(0, durationMs),
    });
  }
}

function withProposal(call: ToolCall, proposal: RunProposal | undefined): ToolCall {
  return proposal === undefined ? call : { ...call, input: launchInput(proposal) };
}
