import { Command, CommanderError, Option } from "commander";
import { CHAT_MODES, type ChatMode } from "../core/chat/mode.ts";
import { FaultError } from "../core/fault.ts";
import { addChangesCommands } from "./changes.ts";
import { addDoctorCommand } from "./doctor.ts";
import { addLogsCommands } from "./logs.ts";
import { writeError, writeOut } from "./output.ts";
import { addRunCommands } from "./runs.ts";
import { addSessionCommands } from "./sessions.ts";

type Flags = {
  config?: string;
  automation?: true;
  dryRun?: true;
  json?: true;
  strict?: true;
  outputFile?: string;
  orchestratorTimeout?: string;
  continue?: true;
  resume?: string | true;
  project?: string;
  model?: string;
  backend?: string;
  baseUrl?: string;
  systemMessage?: string;
  debug?: true;
  plain?: true;
  permissionMode?: ChatMode;
  print?: true;
  maxBudgetUsd?: string;
  screenReader?: true;
  color: boolean;
};

/** Reads the command line and runs what it asks for. Resolves with the exit code; rejects with FaultError. */
export async function runCommandLine(argv: readonly string[], version: string): Promise<number> {
  let exitCode = 0;
  const program = new Command("massgen")
    .description("Talk to a lead agent that answers small things itself and gives large ones to a team.")
    .argument("[question...]", "run this one task without the chat; - reads it from standard input")
    .option("--config <file>", "configuration: a file, a saved name, or @examples/NAME")
    .option("--dry-run", "use the simulated backend in place of every model")
    .option("-p, --print", "answer alone: no chat, no live screen; what is piped in is added to the question")
    .option("--automation", "for scripts: fixed lines on stdout, status.json, exit codes 0-4; never asks")
    .option("--json", "with --automation: a JSON object as the last line")
    .option("--output-file <path>", "write the final answer there, too")
    .option("--orchestrator-timeout <seconds>", "time limit of the team's work")
    .option("--max-budget-usd <amount>", "what the task, or all runs of the chat, may cost")
    .option("--strict", "warnings of the configuration are errors")
    .option("-c, --continue", "go on with the latest session of this directory")
    .option("-r, --resume [session]", "go on with a session; without one, pick it from a list")
    .option("--project <name>", "project to open: a name, or a folder")
    .option("--model <name>", "one agent on this model, without a configuration")
    .option("--backend <type>", "provider of --model: openai, claude, gemini, chatcompletion, ollama, …")
    .option("--base-url <url>", "server of --model")
    .option("--system-message <text>", "instructions for the agent of --model")
    .addOption(
      new Option("--permission-mode <mode>", "how a chat begins; plan: a single task changes nothing, too").choices(
        CHAT_MODES,
      ),
    )
    .option("--plain", "the chat in plain lines, for screen readers and simple terminals")
    .option("--screen-reader", "the same as --plain")
    .option("--no-color", "no colours; the same as NO_COLOR=1")
    .option("--debug", "keep every piece of streamed text and every event in *_debug.log of the log folder")
    .version(version)
    .configureOutput({ writeOut, writeErr: writeError })
    .showHelpAfterError("(massgen --help lists all options)")
    .exitOverride()
    .action(async (words: string[], flags: Flags) => {
      exitCode = await run(words, flags, version);
    });
  program
    .command("trust")
    .description(
      "use this folder's .massgen/config.yaml, .env, AGENTS.md, CLAUDE.md and the projects in it from now on",
    )
    .option("--revoke", "use them no longer")
    .action(async ({ revoke = false }: { revoke?: boolean }) => {
      const { answerTrust, revokeTrust, trustPage } = await import("../app/trust.ts");
      const cwd = process.cwd();
      const page = revoke ? await revokeTrust(cwd, process.env) : await trustPage(cwd, process.env);
      for (const { name, wants } of page.items) writeOut(`${name}\n${wants.map((line) => `  ${line}\n`).join("")}`);
      if (!revoke) await answerTrust(page, true, process.env);
      writeOut(`${revoke ? "No longer trusted" : "Trusted, as it is now"}: ${page.folder}\n`);
    });
  program
    .command("examples")
    .description("list the configurations that come with massgen")
    .action(async () => {
      const { listExamples } = await import("../app/load-config.ts");
      for (const { name, title } of await listExamples()) writeOut(`@examples/${name.padEnd(30)} ${title}\n`);
    });
  addLogsCommands(program);
  addSessionCommands(program);
  addChangesCommands(program);
  const exit = (code: number): void => {
    exitCode = code;
  };
  addRunCommands(program, version, exit);
  addDoctorCommand(program, version, exit);
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
    throw error;
  }
  return exitCode;
}

async function run(words: readonly string[], flags: Flags, version: string): Promise<number> {
  if (!flags.color) process.env["NO_COLOR"] = "1";
  const place = { cwd: process.cwd(), env: process.env };
  const common = { ...place, configRef: flags.config, strict: flags.strict, dryRun: flags.dryRun ?? false };
  const question = await questionFrom(words, flags.print ?? false);
  const maxCostUsd = amount("--max-budget-usd", flags.maxBudgetUsd, "US dollars, for example 2.50");
  const isAlone = flags.automation || flags.print;
  const isChat = flags.continue || flags.resume !== undefined || (question === undefined && !isQuick(flags));
  if (isChat && !isAlone) {
    const { runChat } = await import("./chat.ts");
    const resume = typeof flags.resume === "string" ? flags.resume : flags.continue ? "latest" : undefined;
    const pick = flags.resume === true;
    const session = { project: flags.project, resume, pick, firstMessage: question, mode: flags.permissionMode };
    const plain = flags.plain ?? flags.screenReader ?? readsLines(place.env);
    return runChat({ ...common, ...session, maxCostUsd, version, plain });
  }
  const task = {
    ...common,
    question,
    timeoutSeconds: amount("--orchestrator-timeout", flags.orchestratorTimeout, "seconds, for example 600"),
    maxCostUsd,
    planOnly: flags.permissionMode === "plan",
    launch: { version, args: { ...flags }, debug: flags.debug ?? false },
    quick: isQuick(flags)
      ? { model: flags.model, backend: flags.backend, baseUrl: flags.baseUrl, systemMessage: flags.systemMessage }
      : undefined,
  };
  if (task.quick && flags.config !== undefined) {
    throw new FaultError({
      code: "usage",
      message: "--model and --backend make a team without --config",
      hint: "Leave one of them out.",
    });
  }
  const { startTask } = await import("../app/run-task.ts");
  const output = { cwd: place.cwd, outputFile: flags.outputFile, live: !flags.print };
  if (flags.automation) {
    const { runAutomation } = await import("./automation.ts");
    return runAutomation(await startTask(task), { ...output, json: flags.json ?? false });
  }
  const { runOnce } = await import("./run-once.ts");
  return runOnce(await startTask(task), output);
}

/** A terminal that cannot move the cursor, or a screen reader as Ink is told of it. */
function readsLines(env: Readonly<Record<string, string | undefined>>): boolean {
  return env["TERM"] === "dumb" || env["INK_SCREEN_READER"] === "true";
}

function isQuick(flags: Flags): boolean {
  return flags.model !== undefined || flags.backend !== undefined;
}

/** `isPrint`: what is piped in belongs to the question. */
async function questionFrom(words: readonly string[], isPrint: boolean): Promise<string | undefined> {
  if (words.length === 1 && words[0] === "-") return standardInput();
  const question = words.length === 0 ? undefined : words.join(" ");
  if (!isPrint || process.stdin.isTTY) return question;
  const piped = (await standardInput()).trimEnd();
  return [question, piped].filter((part) => part !== undefined && part !== "").join("\n\n") || undefined;
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function amount(flag: string, text: string | undefined, example: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new FaultError({
    code: "usage",
    message: `${flag} is "${text}"`,
    hint: `Give ${example}.`,
  });
}
