import * as z from "zod";
import { type ApprovalAsk, ContextPath, modeLabel, RunProposal, RunPurpose } from "../../core/chat/approval.ts";
import { FaultError } from "../../core/fault.ts";
import type { Image } from "../../core/image.ts";
import { nearest } from "../../core/nearest.ts";
import { clip, oneLine } from "../../core/text.ts";
import { defineTool, type Tool } from "../../core/tool.ts";
import type { RunDefaults, RunsPort, TeamMember } from "../ports.ts";

const LaunchInput = z.object({
  task: z
    .string()
    .trim()
    .min(1)
    .describe("What to accomplish. Self-contained: the team has not read this conversation."),
  title: z.string().optional().describe("A few words that name the run"),
  purpose: RunPurpose.optional().describe('Default "execution"'),
  context: z.string().optional().describe("Constraints, earlier decisions, results of earlier runs"),
  images: z
    .array(z.string())
    .optional()
    .describe(
      'Images of the user that the team is shown: ["Image 1"]. Default: those of the message you answer, and what the task names',
    ),
  agent_mode: z
    .enum(["single", "multi"])
    .optional()
    .describe('Default "multi", for verification "single". Single: one agent works alone.'),
  agents: z.array(z.string()).min(1).optional().describe("Ids from the team. Default: all; single: the first"),
  refinement: z
    .boolean()
    .optional()
    .describe("Vote and refine. Default: true for multi, false for single. multi + false: independent answers"),
  planning_mode: z
    .boolean()
    .optional()
    .describe("Describe, do not act; the result is a plan. Default: purpose is planning"),
  execute_after_planning: z.boolean().optional().describe("The plan is to be carried out afterwards, chunk by chunk"),
  context_paths: z
    .array(ContextPath)
    .optional()
    .describe("Files and directories that the team gets. Default: those of the configuration"),
  agent_system_prompts: z.record(z.string(), z.string()).optional().describe("Extra role text by agent id"),
  coordination_overrides: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("Keys of `orchestrator` in the configuration, for this run alone"),
  max_cost_usd: z.number().positive().optional().describe("Hard cap"),
  timeout_seconds: z.number().positive().optional().describe("Hard limit"),
});
type LaunchInput = z.output<typeof LaunchInput>;

/** The lead's door to the engine. Starts a run and returns at once; the report comes to the chat when the run is over. */
export function launchRunTool(runs: Pick<RunsPort, "team" | "defaults" | "estimate" | "launch">): Tool {
  const propose = async (input: LaunchInput): Promise<RunProposal> => {
    const draft = draftOf(input, runs.team(), runs.defaults());
    return { ...draft, estimate: await runs.estimate(draft) };
  };
  return defineTool({
    name: "launch_run",
    description:
      "Give a task to the team. Returns as soon as the run has started; when it is over you are sent a <run_report>. The user may be asked first and may change the proposal.",
    capability: "coordinate",
    input: LaunchInput,
    summary: ({ task }) => `run the team: ${clip(oneLine(task), 60)}`,
    async approval(input): Promise<ApprovalAsk> {
      const proposal = await propose(input);
      return { kind: "run", proposal, widens: widened(proposal.contextPaths, runs.defaults().contextPaths) };
    },
    async run(input) {
      const proposal = await propose(input);
      const { runId, number, title } = await runs.launch(proposal);
      const who = proposal.agents.flatMap(({ id, on }) => (on ? [id] : [])).join(", ");
      return `Run ${number} started: ${title} (id ${runId}; ${who}; ${modeLabel(proposal)}). You will be sent a <run_report> when it is over. Do not wait for it and do not guess its result: tell the user in a sentence what is under way.`;
    },
  });
}

/** The call that starts exactly this proposal: what was approved is what runs, whatever the defaults are by then. */
export function launchInput(proposal: RunProposal): z.input<typeof LaunchInput> {
  const on = proposal.agents.filter((agent) => agent.on).map(({ id }) => id);
  return {
    task: proposal.task,
    title: proposal.title,
    purpose: proposal.purpose,
    context: proposal.context,
    images: proposal.images?.map(({ name }) => name),
    agent_mode: on.length === 1 ? "single" : "multi",
    agents: on,
    refinement: proposal.refinement,
    planning_mode: proposal.planningMode,
    execute_after_planning: proposal.executeAfterPlanning,
    context_paths: proposal.contextPaths,
    agent_system_prompts: proposal.agentSystemPrompts,
    coordination_overrides: proposal.coordinationOverrides,
    max_cost_usd: proposal.maxCostUsd,
    timeout_seconds: proposal.timeoutSeconds,
  };
}

function draftOf(
  input: LaunchInput,
  team: readonly TeamMember[],
  defaults: RunDefaults,
): Omit<RunProposal, "estimate"> {
  const { planOnly = false } = defaults;
  const purpose = planOnly ? "planning" : (input.purpose ?? "execution");
  const mode = input.agent_mode ?? (purpose === "verification" && input.agents === undefined ? "single" : "multi");
  const chosen = chooseAgents(input, mode, team);
  for (const id of Object.keys(input.agent_system_prompts ?? {})) knownAgent(id, team, "agent_system_prompts");
  const images = chooseImages(input, defaults);
  const maxCostUsd = input.max_cost_usd ?? defaults.maxCostUsd;
  const timeoutSeconds = input.timeout_seconds ?? defaults.timeoutSeconds;
  return {
    task: input.task,
    title: clip(oneLine(input.title?.trim() || firstSentence(input.task)), 60),
    purpose,
    ...(input.context === undefined ? {} : { context: input.context }),
    ...(images && { images: [...images] }),
    agents: team.map(({ id, model, simulated }) => ({ id, model, simulated, on: chosen.includes(id) })),
    refinement: input.refinement ?? (mode === "multi" && defaults.refinement !== false),
    planningMode: planOnly || (input.planning_mode ?? (purpose === "planning" || defaults.planningMode === true)),
    executeAfterPlanning: !planOnly && (input.execute_after_planning ?? false),
    contextPaths: [...(input.context_paths ?? defaults.contextPaths)],
    agentSystemPrompts: input.agent_system_prompts ?? {},
    coordinationOverrides: input.coordination_overrides ?? {},
    ...(maxCostUsd === undefined ? {} : { maxCostUsd }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}

function chooseAgents(input: LaunchInput, mode: "single" | "multi", team: readonly TeamMember[]): readonly string[] {
  const everyone = team.map(({ id }) => id);
  if (input.agents === undefined) return mode === "single" ? everyone.slice(0, 1) : everyone;
  const named = new Set(input.agents.map((id) => knownAgent(id, team, "agents")));
  if (mode === "single" && named.size > 1) {
    throw new FaultError({
      code: "tool",
      message: `launch_run: agent_mode is "single", but agents names ${[...named].join(", ")}`,
      hint: 'Name one agent, or use agent_mode "multi".',
    });
  }
  return [...named];
}

function chooseImages({ images, task }: LaunchInput, { images: shown }: RunDefaults): readonly Image[] | undefined {
  if (!shown || shown.all.length === 0) return undefined;
  if (images) return images.map((name) => knownImage(name, shown.all));
  // "Image 1" is not named by "Image 12".
  const isNamed = ({ name }: Image): boolean => task.split(name).some((rest, part) => part > 0 && !/^\d/.test(rest));
  return shown.all.filter((image) => shown.now.includes(image) || isNamed(image));
}

function knownImage(wanted: string, all: readonly Image[]): Image {
  const image = all.findLast(({ name }) => wanted === name || wanted.startsWith(`[${name} `));
  if (image) return image;
  throw new FaultError({
    code: "tool",
    message: `launch_run: images names "${wanted}", and the user showed ${all.map(({ name }) => name).join(", ")}`,
    hint: "Use those names.",
  });
}

function knownAgent(id: string, team: readonly TeamMember[], parameter: string): string {
  const ids = team.map((member) => member.id);
  if (ids.includes(id)) return id;
  const meant = nearest(id, ids);
  throw new FaultError({
    code: "tool",
    message: `launch_run: ${parameter} names "${id}", who is not in the team (${ids.join(", ")})`,
    hint: meant === undefined ? "Use ids from the team." : `Did you mean "${meant}"?`,
  });
}

/** Paths that are granted now and were not by the configuration: new ones, and those that become writable. */
function widened(wanted: readonly ContextPath[], granted: readonly ContextPath[]): string[] {
  return wanted
    .filter(({ path, permission }) => !granted.some((grant) => covers(grant, path, permission)))
    .map(({ path, permission }) => `${path} (${permission})`);
}

function covers(grant: ContextPath, path: string, permission: ContextPath["permission"]): boolean {
  if (permission === "write" && grant.permission !== "write") return false;
  const climbs = path.split(/[\\/]/).includes("..");
  return path === grant.path || (!climbs && path.startsWith(`${grant.path.replace(/[\\/]+$/, "")}/`));
}

function firstSentence(task: string): string {
  return /^(.+?)(?:[.!?:](?=\s|$)|\n|$)/s.exec(task)?.[1] ?? task;
}
