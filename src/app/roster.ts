import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { existsSync } from "node:fs";
import type { ImageStore } from "../../projects/images.ts";
import type { ContextPath, RunPurpose } from "../core/chat/approval.ts";
import type { AgentConfig, Config } from "../core/config/schema.ts";
import type { Image, ReadImage } from "../core/image.ts";
import type { RunSettings } from "../core/run/settings.ts";
import type { ModelClient, ModelSpec } from "../core/model.ts";
import type { Redactor } from "../core/redact.ts";
import type { Tool } from "../core/tool.ts";
import { modelWithoutSecrets, toolThatSparesSecrets, toolWithoutSecrets } from "../core/without-secrets.ts";
import type { Workspaces } from "../core/workspace.ts";
import type { EngineAgent } from "../engine/agent.ts";
import { openModel } from "../models/open-model.ts";
import { agentTools } from "../tools/agent-tools.ts";
import type { BackgroundCommands } from "../workspace/background-commands.ts";
import type { Sandboxes } from "./command-sandbox.ts";
import { readImageFile } from "./attachments.ts";
import type { Environment } from "./config-directory.ts";
import { type Keys, resolveModelSpec } from "./keys.ts";
import { located } from "./located.ts";
import type { RunOrigin } from "./run-origin.ts";

/** What is to be done, by whom and how. Everything of it that a resumed run needs is in the journal. */
export type RunOrder = {
  readonly question: string;
  /** Shown with it. */
  readonly images?: readonly Image[] | undefined;
  readonly title: string;
  readonly purpose: RunPurpose;
  readonly agents: readonly AgentConfig[];
  readonly settings: RunSettings;
  readonly contextPaths: readonly ContextPath[];
  /** Extra role text by agent id. */
  readonly instructions: Readonly<Record<string, string>>;
  /** Perspectives by agent id, where an earlier run made them. */
  readonly personas?: Readonly<Record<string, string>> | undefined;
};

/** What a run takes from its surroundings: where it is, the configuration, and the keys. */
export type Roster = {
  /** Absolute. Logs and workspaces lie below it. */
  readonly cwd: string;
  readonly config: Pick<Config, "agents" | "idleTimeoutSeconds" | "raw" | "sandbox" | "permissions">;
  readonly keys: Keys;
  /** Every backend is replaced by the simulated one. */
  readonly dryRun: boolean;
  /** Somebody sits at the screen who can answer an agent's question. */
  readonly hasUser: boolean;
  /** How many massgens this one runs inside of. */
  readonly depth: number;
  /** Kept beside the journal of every run that starts. */
  readonly origin: RunOrigin;
  readonly env: Environment;
  readonly launch?: Launch | undefined;
  /** Where the images of an order are that was not started yet. */
  readonly readImage?: ReadImage | undefined;
};

/** How this program was started, for the log folder. */
export type Launch = {
  readonly version: string;
  /** The options of the command line as given. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Keep streaming_debug.log and massgen_debug.log. */
  readonly debug: boolean;
};

/** What each agent's model is opened with. Throws FaultError when a key is missing. */
export function modelSpecs(order: Pick<RunOrder, "agents" | "settings">, roster: Roster): readonly ModelSpec[] {
  return order.agents.map((agent) => {
    const spec = resolveModelSpec(agent, roster.keys, roster.config, roster);
    return stands(agent, spec) ? spec : withModel(spec, modelOf(agent, order.settings));
  });
}

/** The model that an agent works with in a run of that kind. */
export function modelOf({ backend, models }: AgentConfig, { planningMode }: RunSettings): string {
  return (planningMode ? models?.planning : undefined) ?? backend.model;
}

/** A stand-in plays every model of the agent. */
function stands({ backend }: AgentConfig, { type }: ModelSpec): boolean {
  return backend.type !== type;
}

/** A price in the configuration is that of the backend's own model. */
function withModel(spec: ModelSpec, model: string | undefined): ModelSpec {
  if (model === undefined || model === spec.model) return spec;
  const { price: _, ...options } = spec.options;
  return { ...spec, model, options };
}

/** Opens the models of a run and gives every agent its tools. Throws FaultError when a key is missing. */
export async function openAgents(
  order: RunOrder,
  roster: Roster,
  run: {
    readonly workspaces: Workspaces;
    readonly env: Readonly<Record<string, string>>;
    readonly sandboxes: Pick<Sandboxes, "of" | "unconfined">;
    readonly secrets: Redactor;
    readonly images: Pick<ImageStore, "keep" | "read">;
    /** What an agent leaves running, to be ended with the run. */
    readonly background: (agent: string) => BackgroundCommands;
  },
): Promise<readonly EngineAgent[]> {
  const open = async (spec: ModelSpec): Promise<ModelClient> =>
    modelWithoutSecrets(await openModel({ ...spec, readImage: run.images.read }), run.secrets);
  const clean = (tools: readonly Tool[]): readonly Tool[] =>
    tools.map((tool) => toolThatSparesSecrets(toolWithoutSecrets(tool, run.secrets)));
  const specs = modelSpecs(order, roster);
  const { permissions } = roster.config;
  return Promise.all(
    order.agents.map(async (agent, index): Promise<EngineAgent> => {
      const spec = specs[index];
      if (!spec) throw new Error(`No model for ${agent.id}`);
      const { planningMode } = order.settings;
      const runCommand = agent.backend.runCommand
        ? {
            allow: () => undefined,
            env: commandEnvironment(run.env),
            sandbox: run.sandboxes.of(agent),
            background: run.background(agent.id),
          }
        : undefined;
      const files = run.workspaces.filesOf(agent.id);
      return {
        id: agent.id,
        model: await open(spec),
        ...(await openSynthesis(agent, spec, open)),
        instructions: [agent.systemMessage, order.instructions[agent.id]].filter(Boolean).join("\n\n"),
        files,
        images: await uploads(agent, roster, run.images),
        tools: clean(
          agentTools(files, {
            planningMode,
            permissions,
            keepImage: showsImages(agent) ? run.images.keep : undefined,
            webFetch: agent.backend.webFetch ? {} : undefined,
            runCommand,
            unconfined: run.sandboxes.unconfined(agent),
          }),
        ),
      };
    }),
  );
}

/** The images of the configuration. Throws FaultError for one that is not there, or no image. */
async function uploads(
  { backend }: AgentConfig,
  { cwd, env }: Roster,
  images: Pick<ImageStore, "keep">,
): Promise<readonly Image[]> {
  const paths = backend.images ?? [];
  return Promise.all(paths.map(async (path) => images.keep(await readImageFile(located(path, cwd, env)), path)));
}

/** Whether the configuration lets the model look at images. */
function showsImages({ backend }: Pick<AgentConfig, "backend">): boolean {
  return backend.options["enable_multimodal_tools"] !== false;
}

async function openSynthesis(
  agent: AgentConfig,
  spec: ModelSpec,
  open: (spec: ModelSpec) => Promise<ModelClient>,
): Promise<Pick<EngineAgent, "synthesis">> {
  const model = agent.models?.synthesis;
  if (model === undefined || model === spec.model || stands(agent, spec)) return {};
  return { synthesis: await open(withModel(spec, model)) };
}

/** Commands of agents find this massgen as `massgen`, installed or not. */
function commandEnvironment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const bin = join(dirname(fileURLToPath(import.meta.url)), "..", "bin");
  if (!existsSync(join(bin, "massgen"))) return env;
  const path = [bin, process.env["PATH"]].filter(Boolean).join(delimiter);
  return Object.defineProperties(
    {},
    { ...Object.getOwnPropertyDescriptors(env), PATH: { value: path, enumerable: true } },
  );
}
