import { FaultError } from "../core/fault.ts";
import type { Message } from "../core/message.ts";
import { NewPlan, type Plan, planProblem, planSize, startPlan } from "../core/plan.ts";
import { defineTool, type Tool } from "../core/tool.ts";

const NAME = "write_plan";

/** Offered in the presentation of a planning run: what it is called with last, and is valid, becomes plan.json. */
export const writePlan: Tool = defineTool({
  name: NAME,
  description:
    "Write the plan down as data: phases, and in each the tasks with their ids, what comes before, files, and how to check them. Calling it again replaces the plan.",
  capability: "coordinate",
  input: NewPlan,
  summary: ({ phases }) => `write the plan: ${planSize(startPlan({ title: "-", phases }))}`,
  run: async (input) => {
    const plan = startPlan(input);
    const problem = planProblem(plan);
    if (problem === undefined) return `Written: ${planSize(plan)}.`;
    throw new FaultError({ code: "tool", message: `${NAME}: ${problem}`, hint: "Correct that and call it again." });
  },
});

/** What a conversation has of a plan. */
export type PlanFound = { readonly plan?: Plan; readonly planProblem?: string };

/** The plan that the conversation holds, or why it holds none. */
export function planIn(messages: readonly Message[]): PlanFound {
  const calls = callsIn(messages);
  const parsed = NewPlan.safeParse(calls.findLast(({ failed }) => !failed)?.input);
  if (parsed.success) return { plan: startPlan(parsed.data) };
  return { planProblem: calls.at(-1)?.output ?? `${NAME} was not called` };
}

/** A plan that is wrong is told to the model once; when the next one is wrong, too, it stays text. */
export function mayWritePlan(messages: readonly Message[]): boolean {
  return callsIn(messages).filter(({ failed }) => failed).length < 2;
}

/** What to tell a model that is done and has written no plan; undefined when it was told or had its chances. */
export function missingPlan(messages: readonly Message[]): string | undefined {
  const { planProblem } = planIn(messages);
  const told = messages.some((message) => message.role === "user" && message.text.startsWith(MISSING));
  if (planProblem === undefined || told || !mayWritePlan(messages)) return undefined;
  return `${MISSING} ${planProblem}. Call ${NAME} with all of it, then give the final answer again, complete.`;
}

const MISSING = "The plan is not there as data:";

function callsIn(messages: readonly Message[]) {
  return messages.flatMap((message) =>
    message.role === "tool" && message.name === NAME ? [{ ...message, input: inputOf(messages, message.callId) }] : [],
  );
}

function inputOf(messages: readonly Message[], callId: string): unknown {
  for (const message of messages) {
    const call = message.role === "assistant" && message.calls.find(({ id }) => id === callId);
    if (call) return call.input;
  }
  return undefined;
}
