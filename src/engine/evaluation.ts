import * as z from "zod";
import type { ModelReply, ToolSpec } from "../core/model.ts";
import type { RunEvent } from "../core/run/events.ts";
import { callModel, type Go, record } from "./model-call.ts";
import { evaluationMessages } from "./prompts.ts";
import { questionMessage } from "./question.ts";
import { asObject, schemaOf } from "./workflow-tools.ts";

const Submit = z.object({ confirmed: z.literal(true) });

const RestartOrchestration = z.object({
  reason: z.string().describe("What is wrong with the final answer."),
  instructions: z.string().describe("What the next attempt has to do otherwise, concretely."),
});

type Evaluated = Pick<Extract<RunEvent, { type: "answer_evaluated" }>, "verdict" | "reason" | "instructions">;

/** The winner submits the final answer, or sends it back. A reply without either submits it. */
export async function evaluate(go: Go): Promise<void> {
  const run = go.shell.log.get();
  const { system, user } = evaluationMessages(run, go.agent);
  const tools = evaluationTools();
  const reply = await callModel(go, { system, messages: [questionMessage(run, go.agent, user)], tools }, "evaluation");
  record(go, { type: "answer_evaluated", agent: go.agent.id, ...verdictOf(reply) });
}

function evaluationTools(): readonly ToolSpec[] {
  return [
    {
      name: "submit",
      description: "The final answer stands: the user gets it as it is.",
      inputSchema: schemaOf("submit", () => Submit),
    },
    {
      name: "restart_orchestration",
      description: "The final answer is not good enough: the whole team makes another attempt.",
      inputSchema: schemaOf("restart_orchestration", () => RestartOrchestration),
    },
  ];
}

function verdictOf({ text, calls }: Pick<ModelReply, "text" | "calls">): Evaluated {
  const submit = calls.some(({ name }) => name === "submit");
  const call = submit ? undefined : calls.find(({ name }) => name === "restart_orchestration");
  const input = call ? asObject(call.input) : inlineRestart(text);
  if (!input || submit) return { verdict: "submit", reason: "", instructions: "" };
  const words = (value: unknown): string => (typeof value === "string" ? value.trim() : "");
  const reason = words(input["reason"]) || words(text) || "no reason was given";
  return { verdict: "restart", reason, instructions: words(input["instructions"]) };
}

/** Some models write the call down instead of making it. */
function inlineRestart(text: string): Record<string, unknown> | undefined {
  const [json] = /\{[\s\S]*\}/.exec(text) ?? [];
  const written = json === undefined ? {} : asObject(json);
  return written["action_type"] === "restart_orchestration" ? written : undefined;
}
