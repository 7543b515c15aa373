import type { Message } from "../core/message.ts";
import type { AnswerLabel } from "../core/run/terms.ts";
import { earlierResults } from "./conversation-so-far.ts";
import type { PresentationSoFar } from "./presentation-so-far.ts";
import { anonymous, outOfToolsMessage, presentationMessages } from "./prompts.ts";
import { questionMessage } from "./question.ts";
import { keepFiles } from "./submit.ts";
import { mayWritePlan, missingPlan, type PlanFound, planIn, writePlan } from "./write-plan.ts";
import { callModel, type Go, record } from "./model-call.ts";
import { runTools } from "./run-tools.ts";

/** The winner writes the final answer, with its tools but without workflow tools. An empty one leaves the stored answer final. */
export async function present(
  go: Go,
  from: { readonly label: AnswerLabel; readonly stored: string; readonly soFar: PresentationSoFar | undefined },
): Promise<void> {
  const { label, stored, soFar } = from;
  const { shell, agent } = go;
  const run = shell.log.get();
  const { system, user } = presentationMessages(run, agent, label, (id) => shell.workspaces.filesOf(id));
  const messages: Message[] = [questionMessage(run, agent, user), ...(soFar?.messages ?? [])];
  const { planningMode } = run.settings;
  let written = soFar?.written ?? "";
  let toolCalls = soFar?.toolCalls ?? 0;
  for (let open = soFar?.open; ; open = undefined) {
    const spent = toolCalls >= run.settings.maxToolCallsPerExecution;
    const tools = [...agent.tools, ...(planningMode && mayWritePlan(messages) ? [writePlan] : [])];
    const reply = open?.reply ?? (await callModel(go, { system, messages, tools: spent ? [] : tools }));
    const done = reply.calls.length === 0;
    const missing = planningMode && done && !spent ? missingPlan(messages) : undefined;
    if (spent || (done && missing === undefined)) {
      return store(go, reply.text.trim() || written, stored, planningMode ? planIn(messages) : {});
    }
    messages.push({ role: "assistant", text: reply.text, calls: reply.calls, native: reply.native });
    if (missing !== undefined) {
      written = reply.text.trim();
      messages.push({ role: "user", text: missing });
      continue;
    }
    const allowed = reply.calls.slice(0, run.settings.maxToolCallsPerExecution - toolCalls);
    const earlier = open ? earlierResults(go, open, allowed) : [];
    messages.push(...earlier, ...(await runTools(go, tools, allowed.slice(earlier.length))));
    for (const { id, name } of reply.calls.slice(allowed.length)) {
      const output = outOfToolsMessage(run.settings.maxToolCallsPerExecution);
      messages.push({ role: "tool", callId: id, name, output, failed: true });
    }
    toolCalls += reply.calls.length;
  }
}

async function store(go: Go, text: string, stored: string, plan: PlanFound): Promise<void> {
  const { shell, agent } = go;
  const label: AnswerLabel = `${anonymous(shell.log.get(), agent.id)}.final`;
  const { attempt } = shell.log.get();
  const name = attempt === 1 ? label : `${label}.${attempt}`;
  const { snapshot, files, changes } = await keepFiles(go, name);
  record(go, {
    type: "final_stored",
    agent: agent.id,
    label,
    text: text === "" ? stored : text,
    source: text === "" ? "stored" : "presented",
    snapshot,
    files,
    ...plan,
    ...(changes && { changes, patch: name }),
  });
}
