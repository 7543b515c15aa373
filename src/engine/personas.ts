import * as z from "zod";
import { FaultError } from "../core/fault.ts";
import type { ModelReply, ToolSpec } from "../core/model.ts";
import type { RunState } from "../core/run/state.ts";
import { callModel, type Go, record } from "./model-call.ts";
import { asObject, schemaOf } from "./workflow-tools.ts";

const NAME = "assign_perspectives";

const Assigned = z.object({
  perspectives: z.array(
    z.object({
      agent_id: z.string().describe('"agent1", "agent2", …'),
      perspective: z
        .string()
        .describe("Two to four sentences to the agent: what to look at first, and why that matters here"),
    }),
  ),
});

const MODES = {
  perspective: "what each of them values most in an answer: correctness, simplicity, cost, the reader, risk, …",
  implementation: "how each of them goes about it: a different method, design or technology",
} as const;

/** One call thinks up a perspective for each agent, so that the first answers are not all the same. Throws FaultError when nothing comes of it. */
export async function makePersonas(go: Go): Promise<void> {
  const run = go.shell.log.get();
  const tool: ToolSpec = {
    name: NAME,
    description: "Give every agent its perspective.",
    inputSchema: schemaOf(NAME, () => Assigned),
  };
  const request = { ...personaMessages(run), tools: [tool] };
  const personas = personasOf(await callModel(go, request, "personas"), run);
  if (Object.keys(personas).length === 0) {
    throw new FaultError({ code: "workflow", message: `${go.agent.model.model} named no perspective for any agent` });
  }
  record(go, { type: "personas_made", agent: go.agent.id, personas });
}

function personaMessages(run: RunState) {
  const settings = run.settings.personas;
  const names = run.agents.map(({ number }) => `agent${number}`).join(", ");
  const guidelines = settings?.guidelines ? `\n\nAlso: ${settings.guidelines}` : "";
  return {
    system: `Several agents will work on the message below, independently at first: ${names}. Think of a perspective for each, so that together they cover what matters and no two start alike. They differ in ${MODES[settings?.mode ?? "perspective"]} Every one of them still has to do all of what the message asks. Call ${NAME} once, with all of them.${guidelines}`,
    messages: [{ role: "user" as const, text: `<ORIGINAL MESSAGE> ${run.question} <END OF ORIGINAL MESSAGE>` }],
  };
}

/** By the configured id. Some models write the call down instead of making it. */
function personasOf({ text, calls }: Pick<ModelReply, "text" | "calls">, run: RunState): Record<string, string> {
  const call = calls.find(({ name }) => name === NAME);
  const [json = "{}"] = call ? [] : (/\{[\s\S]*\}/.exec(text) ?? []);
  const { perspectives } = asObject(call ? call.input : json);
  const personas: Record<string, string> = {};
  for (const one of Array.isArray(perspectives) ? perspectives : []) {
    const { agent_id: name, perspective } = asObject(one);
    const agent = run.agents.find(({ number }) => `agent${number}` === name);
    if (agent && typeof perspective === "string" && perspective.trim() !== "") personas[agent.id] = perspective.trim();
  }
  return personas;
}
