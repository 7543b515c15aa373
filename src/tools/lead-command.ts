import { FaultError } from "../core/fault.ts";
import type { Permissions } from "../core/permissions.ts";
import { visible } from "../core/terminal-safe.ts";
import { oneLine } from "../core/text.ts";
import type { Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import type { Sandbox } from "../workspace/sandbox.ts";
import { guarded } from "./guard.ts";
import { runCommandTool } from "./run-command.ts";

export type LeadCommandOptions = {
  /** The user's own directory, in which commands may write. */
  readonly files: AgentFiles;
  /** As they are when a command is wished for. */
  readonly permissions: () => Permissions;
  /** What commands are shut in. Asked when the first one is wished for. */
  readonly shutIn: () => Promise<ShutIn>;
  /** What the model should know of that beforehand. */
  readonly forModel: string;
  /** Added to the few variables that commands see. */
  readonly env: Readonly<Record<string, string>>;
};

/** A sandbox, or why there is none. */
export type ShutIn =
  | { readonly sandbox: Sandbox; readonly unconfined?: undefined }
  | { readonly sandbox?: undefined; readonly unconfined: string };

const MAX_ASKED_CHARACTERS = 1500;
const MAX_ASKED_LINES = 20;
/** A test suite may take its time: the user sees it run and can stop it. */
const LONGEST_SECONDS = 600;

/** run_command of the lead: in the user's directory itself, with the user's yes to each unless a rule or the mode lets it. */
export function leadCommandTools(options: LeadCommandOptions): readonly Tool[] {
  return guardedTool(options, { unconfined: "" }).map((shape) => openedLate(shape, options));
}

function guardedTool(
  { files, env, permissions }: LeadCommandOptions,
  { sandbox, unconfined }: ShutIn,
): readonly Tool[] {
  const settings = { allow: () => undefined, timeoutSeconds: LONGEST_SECONDS, env, sandbox };
  const make = (files: AgentFiles): readonly Tool[] => [runCommandTool(files, settings)];
  const place = placeText(files.root, sandbox);
  return guarded(make, { files, permissions, unconfined, shutIn: sandbox !== undefined, place });
}

/** The tool is described at once; what it is shut in is found with the first command. */
function openedLate(shape: Tool, options: LeadCommandOptions): Tool {
  const { name, description, capability, summary } = shape;
  let ready: Promise<Ready> | undefined;
  /** The user was asked for these, and told that there is no sandbox. */
  const toldOpen = new WeakSet();

  return {
    name,
    description: `${description} ${ITSELF} ${options.forModel}`.trim(),
    capability,
    get inputSchema() {
      return shape.inputSchema; // made when it is first asked for
    },
    summary,
    async approval(input) {
      const { tool, sandbox } = await open();
      const ask = await tool.approval(input);
      if (ask?.kind !== "command") return ask;
      requireReadable(ask.detail);
      if (!sandbox && isObject(input)) toldOpen.add(input);
      return ask;
    },
    async run(input, context) {
      const { tool, sandbox } = await open();
      const isTold = sandbox !== undefined || (isObject(input) && toldOpen.has(input));
      if (context.approved === true && !isTold) throw askedElsewhere();
      return tool.run(input, context);
    },
  };

  function open(): Promise<Ready> {
    ready ??= find().catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return ready;
  }

  async function find(): Promise<Ready> {
    const shut = await options.shutIn();
    return { tool: guardedTool(options, shut)[0] ?? shape, sandbox: shut.sandbox };
  }
}

type Ready = { readonly tool: Tool; readonly sandbox: Sandbox | undefined };

const ITSELF =
  "It is the user's directory itself: what a command changes there is changed. The user is asked first, unless a rule allows it.";

/** What a yes means depends on it. */
function placeText(root: string, sandbox: Sandbox | undefined): string {
  return sandbox
    ? `Runs in a sandbox (${sandbox.name}, ${sandbox.network}) in ${visible(oneLine(root))} itself: what it changes there is changed.`
    : `Runs without a sandbox in ${visible(oneLine(root))} itself: it may do what you may.`;
}

/** What nobody can read on a card nobody can agree to. */
function requireReadable(detail: string): void {
  if (detail.length <= MAX_ASKED_CHARACTERS && detail.split("\n").length <= MAX_ASKED_LINES) return;
  throw new FaultError({
    code: "denied",
    message: "Not run, and the user was not asked: the command is too long to be read on a card",
    hint: "Use short commands, one after the other. What needs a script is work for the team.",
  });
}

/** The question was put before massgen was started again, when there was a sandbox, or may have been. */
function askedElsewhere(): FaultError {
  return new FaultError({
    code: "denied",
    message:
      "Not run: the user agreed to it before massgen was started again, and there is no sandbox for commands now",
    hint: "Call it again, and the user is asked anew.",
  });
}

function isObject(input: unknown): input is object {
  return typeof input === "object" && input !== null;
}
