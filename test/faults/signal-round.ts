import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSandbox, massgen, type Sandbox, startMassgen } from "../helpers/cli.ts";
import { type ModelServer, type ScriptedReply, type SeenRequest, startModelServer } from "../helpers/model-server.ts";
import { NASTY, survivors, untilCopying, untilNastyIsAsked, untilNastyIsUp, pressTime } from "./nasty-command.ts";
import { journalLines } from "./watch-journal.ts";

/** When the signal comes: a model streams while a command is at work, or a massgen in which one is; or files are being copied. */
export type Moment = "at work" | "with a massgen inside" | "while files are copied";

export type SignalRound = {
  readonly moment: Moment;
  /** Each once the one before has had an effect. */
  readonly signals: readonly NodeJS.Signals[];
  /** What it may end with, each as `end` says it: an exit code, or the signal that it died by. */
  readonly ends: readonly (number | string)[];
  readonly sandbox: "auto" | "off";
};

export type SignalResult = {
  readonly end: number | string | null;
  /** From the first signal. */
  readonly ms: number;
  readonly survivors: readonly string[];
  /** What is wrong with the journal; of the run that goes on with it, its exit code and errors. */
  readonly journal: readonly string[];
  readonly resumed: string;
};

/** A headless run that gets these signals at that moment, and then goes on. */
export async function playSignals({ moment, signals, sandbox: mode }: SignalRound): Promise<SignalResult> {
  const sandbox = makeSandbox();
  let calm = false;
  const server = await startModelServer((request) => (calm ? settle(request) : busy(request, moment, sandbox)));
  writeTeam(sandbox, server, mode);
  const run = startMassgen(["--automation", "--config", "team.yaml", "Which of the two?"], sandbox);
  try {
    const logDir = /^LOG_DIR: (.*)$/m.exec(await run.saw(/^QUESTION: /m))?.[1] ?? "";
    await (moment === "while files are copied" ? untilCopying(sandbox) : untilNastyIsUp(sandbox));
    const since = performance.now();
    for (const [index, signal] of signals.entries()) {
      if (index > 0) await untilNastyIsAsked(sandbox).then(pressTime);
      run.child.kill(signal);
    }
    const { code, signal } = await run.finished;
    const ms = performance.now() - since;
    const left = await survivors(sandbox);
    calm = true;
    const journal = faultsOf(join(logDir, "turn_1", "attempt_1", "journal.jsonl"));
    const { code: resumed, err } = await massgen(["resume", "latest", "--automation"], sandbox);
    const later = await survivors(sandbox);
    return {
      end: signal ?? code,
      ms: Math.round(ms),
      survivors: [...left, ...later],
      journal,
      resumed: resumed === 0 ? "answered" : `${resumed}: ${err}`,
    };
  } finally {
    run.child.kill("SIGKILL"); // where a step failed before it ended
    await run.finished;
    await server.close();
    sandbox.remove();
  }
}

/** Every line is whole, numbered one after the other; a header comes first. */
function faultsOf(path: string): readonly string[] {
  const text = readFileSync(path, "utf8");
  const faults = text.endsWith("\n") ? [] : ["the last line is cut off"];
  for (const [index, line] of journalLines(path).entries()) {
    try {
      const { seq } = JSON.parse(line) as { seq: number };
      if (seq !== index) faults.push(`line ${index} has the number ${seq}`);
    } catch {
      faults.push(`line ${index} is no event: ${line}`);
    }
  }
  return faults;
}

const INNER = "Which of the inner two?";

function busy({ model, messages }: SeenRequest, moment: Moment, { cwd }: Sandbox): ScriptedReply {
  const used = messages.filter(({ role }) => role === "tool").length;
  if (model === "model-of-ada")
    return { text: "I am still thinking about it. ".repeat(400), chunks: 4000, chunkDelayMs: 10 };
  if (moment === "with a massgen inside" && !messages.some(({ text }) => text.includes(INNER))) {
    const command = `massgen --automation --config ${cwd}/team.yaml "${INNER}"`;
    return { calls: [{ name: "run_command", input: { command } }] };
  }
  if (moment !== "while files are copied") return { calls: [{ name: "run_command", input: { command: NASTY } }] };
  if (used > 0) return { calls: [{ name: "new_answer", input: { content: "The left one." } }] };
  return { calls: [{ name: "run_command", input: { command: "seq 1 400 | split -l 1 -a 4 -d - many-" } }] };
}

function settle({ tools }: SeenRequest): ScriptedReply {
  if (tools.includes("vote"))
    return { calls: [{ name: "vote", input: { agent_id: "agent1", reason: "it is there" } }] };
  if (tools.includes("new_answer")) return { calls: [{ name: "new_answer", input: { content: "The left one." } }] };
  return { text: "The left one." };
}

function writeTeam({ cwd }: Sandbox, server: ModelServer, mode: SignalRound["sandbox"]): void {
  const backend = `type: chatcompletion, base_url: "${server.baseUrl("chatcompletion")}", enable_mcp_command_line: true`;
  const agents = ["ada", "bob"].map((id) => `  - {id: ${id}, backend: {${backend}, model: model-of-${id}}}\n`);
  writeFileSync(
    join(cwd, "team.yaml"),
    `sandbox: ${mode}\nagents:\n${agents.join("")}permissions: {allow: [run_command]}\n`,
  );
}
