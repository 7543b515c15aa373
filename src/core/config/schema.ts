import * as z from "zod";
import type { RunSettings } from "../run/settings.ts";
import type { Permissions } from "../permissions.ts";
import type { DockerSettings, SandboxSettings } from "../sandbox.ts";
import { moot, python } from "./fields.ts";
import { Agent } from "./schema-agents.ts";
import { Orchestrator, Timeouts } from "./schema-orchestrator.ts";

const Ui = z.object({
  display_type: z
    .enum(["rich_terminal", "textual_terminal", "terminal", "simple", "silent", "none", "web"])
    .default("rich_terminal")
    .describe("Accepted for existing files; there is one screen, and none with --automation."),
  theme: z
    .string()
    .optional()
    .describe("Colours of the chat: dark, light, none, or auto: as the terminal says (COLORFGBG), else dark."),
  notifications: z
    .enum(["auto", "always", "off"])
    .default("auto")
    .describe("Tell through the terminal that a long run has ended or asks. auto: while its window has not the focus."),
  display_kwargs: moot("Arguments of the display.", "theme stands beside it"),
  logging_enabled: moot("Write logs.", "every run is logged"),
  use_orchestrator_for_single_agent: moot("Coordinate a single agent.", "say so in the chat or with refinement"),
  skip_agent_selector: moot("No question for an agent.", "nothing is asked"),
  automation_mode: moot("No screen.", "--automation does that"),
});

/** What makes a text a rule is said by checkPermissions. */
const Rules = z.array(z.string()).default([]);

const PermissionRules = z.object({
  mode: z
    .enum(["auto", "ask", "plan"])
    .default("auto")
    .describe(
      "auto: agents may do what no rule forbids. ask: commands and the network need a rule that allows them, or your yes. plan: they change nothing, and chats begin in plan mode.",
    ),
  allow: Rules.describe('What is allowed although the mode is ask: "run_command(npm test)", "network".'),
  ask: Rules.describe("What waits for your yes, in the chat; without a chat it is denied, and the output says so."),
  deny: Rules.describe(
    'What is never done: "run_command(git push)", "write(migrations/**)", "read(secrets/)". Wins over all.',
  ),
});

const HOST = /^(\*\.)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

/** A configuration file: the one source of types, defaults, checks and of the reference in configs/README.md. */
export const ConfigFile = z.object({
  agents: z.array(Agent).max(100).optional().describe("The team, in the order in which it is numbered."),
  agent: Agent.optional().describe("Short for a team of one."),
  orchestrator: Orchestrator.prefault({}).describe("How the team works together."),
  timeout_settings: Timeouts.prefault({}).describe("Time limits in seconds."),
  ui: Ui.prefault({}).describe("The screen."),
  sandbox: z
    .union([z.literal(false), z.enum(["auto", "require", "off"])])
    .default("auto")
    .describe(
      "Shut commands of agents in: their workspace and context paths, no home, no network. auto: where the machine can (bubblewrap on Linux, Seatbelt on macOS), else each command needs your yes or a rule; require: else no run; off or false: never.",
    ),
  sandbox_allowed_hosts: z
    .array(z.string().regex(HOST, "is no host: use names such as registry.npmjs.org, *.example.org or localhost:5432"))
    .default([])
    .describe(
      'Hosts that commands may talk to all the same, at ports 80 and 443 or the one named: "pypi.org". Not for commands in Docker, which say command_line_docker_network_mode.',
    ),
  permissions: PermissionRules.prefault({}).describe(
    "Rules for the tools of agents and of the lead. Those of your own configuration hold beside those of the one in use.",
  ),
  prompt: z.string().optional().describe("Question to start with when the command line has none."),
  session_id: z.string().min(1).optional().describe("Session to go on with."),
  memory: python("Memory in Qdrant."),
  execution: moot("How the web server runs agents.", "there is no web server"),
});
export type ConfigFile = z.infer<typeof ConfigFile>;

export type BackendConfig = {
  /** A key of BACKENDS. */
  readonly type: string;
  readonly model: string;
  readonly baseUrl: string | undefined;
  /** As written: it may be "${VARIABLE}". Only src/app/keys.ts looks behind it. */
  readonly apiKey: string | undefined;
  readonly apiKeyEnv: string | undefined;
  /** Provider fields as written: temperature, reasoning, extra_body, price, tokens_per_second, … */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number | undefined;
  /** Absolute once it was loaded from a file. */
  readonly scenario: string | undefined;
  readonly runCommand: boolean;
  /** Undefined: commands run in the sandbox of the system. */
  readonly docker?: DockerSettings | undefined;
  readonly webFetch: boolean;
  /** Files, as written. */
  readonly images?: readonly string[];
  /** "configs/team.yaml:14:5", for messages; undefined when it is from no file. */
  readonly where: string | undefined;
};

export type AgentConfig = {
  readonly id: string;
  readonly systemMessage: string | undefined;
  readonly backend: BackendConfig;
  /** Models of the same backend for parts of the work; what is absent is done by the backend's own. */
  readonly models?: { readonly planning?: string | undefined; readonly synthesis?: string | undefined };
};

export type ContextPathConfig = {
  /** Absolute once it was loaded from a file. */
  readonly path: string;
  readonly permission: "read" | "write";
  /** Relative to `path`. */
  readonly protectedPaths: readonly string[];
};

/** A configuration as the program uses it: complete, checked, variables filled in except in keys. */
export type Config = {
  readonly agents: readonly AgentConfig[];
  /** Undefined: the lead uses the backend of the first agent. */
  readonly lead: BackendConfig | undefined;
  readonly settings: RunSettings;
  /** Extra role text by agent id. */
  readonly agentSystemPrompts: Readonly<Record<string, string>>;
  readonly requireApproval: boolean;
  readonly maxParallelRuns: number;
  /** US dollars; null: no limit. */
  readonly maxSessionCostUsd: number | null;
  /** Null: as the lead's model takes. */
  readonly maxContextTokens: number | null;
  readonly idleTimeoutSeconds: number;
  readonly contextPaths: readonly ContextPathConfig[];
  readonly sandbox: SandboxSettings;
  readonly permissions: Permissions;
  readonly ui: {
    readonly displayType: string;
    readonly theme: string | undefined;
    readonly notifications: "auto" | "always" | "off";
  };
  readonly prompt: string | undefined;
  readonly sessionId: string | undefined;
  /** The file as written, for logs: variables not filled in, secrets that stand in it blotted out. */
  readonly raw: Readonly<Record<string, unknown>>;
};
