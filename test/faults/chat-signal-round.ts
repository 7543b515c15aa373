import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MASSGEN, makeSandbox, massgen, type Sandbox } from "../helpers/cli.ts";
import { childOf, leftOn } from "../helpers/left-behind.ts";
import { type ModelServer, type ScriptedReply, type SeenRequest, startModelServer } from "../helpers/model-server.ts";
import { openTerminal, type Terminal } from "../helpers/terminal.ts";
import { approve, say } from "../terminal/chat-script.ts";
import { NASTY, survivors, until, untilNastyIsAsked, untilNastyIsUp, pressTime } from "./nasty-command.ts";

/** The lead streams and a command of the user is at work; or a run's command is, and another one is being asked for. */
export type ChatMoment = "streaming" | "asking";

export type ChatRound = {
  readonly moment: ChatMoment;
  /** "closed": the window is gone, and the terminal with it. Each once the one before has had an effect. */
  readonly events: readonly (NodeJS.Signals | "closed")[];
  /** As a shell tells it: 128 and the number of the signal that it died by. */
  readonly code: number;
};

export type ChatResult = {
  readonly code: number;
  /** From the first event. */
  readonly ms: number;
  readonly survivors: readonly string[];
  /** How the terminal was left: modes, and what `stty` says. */
  readonly terminal: readonly string[];
  /** What could not be read or gone on with afterwards. */
  readonly lost: readonly string[];
};

const SAID = "A very long story about the terminal";

/** A chat in a terminal to which this happens at that moment. */
export async function playChat({ moment, events }: ChatRound): Promise<ChatResult> {
  const sandbox = makeSandbox();
  let calm = false;
  const server = await startModelServer((request) => (calm ? settle(request) : busy(request, sandbox.cwd)));
  writeScene(sandbox, server);
  // One shell leads the session, as that of a window does; the other one lives on to tell how massgen ended.
  const inner = `trap : HUP INT TERM; ${process.execPath} ${MASSGEN} --config team.yaml; echo $? >code; stty -a; echo the end`;
  const { cwd, env } = sandbox;
  const chat = await openTerminal({ command: "sh", args: ["-c", `bash -c '${inner}'; read line`], cwd, env });
  try {
    await chat.inputReady();
    await chat.waitFor("? for help");
    await (moment === "streaming" ? stream(chat, sandbox) : ask(chat, sandbox));
    const program = childOf(childOf(chat.pid));
    const since = performance.now();
    for (const [index, event] of events.entries()) {
      if (index > 0) await untilNastyIsAsked(sandbox).then(pressTime);
      if (event === "closed") process.kill(chat.pid, "SIGKILL");
      else process.kill(program, event);
    }
    await until("it ended", () => existsSync(join(cwd, "code")) && readFileSync(join(cwd, "code"), "utf8") !== "");
    const ms = Math.round(performance.now() - since);
    const code = Number(readFileSync(join(cwd, "code"), "utf8"));
    const terminal = events.includes("closed") ? [] : await stateOf(chat);
    await chat.kill("SIGKILL");
    const left = await survivors(sandbox);
    calm = true;
    return { code, ms, survivors: left, terminal, lost: await lost(moment, sandbox) };
  } finally {
    await chat.kill("SIGKILL");
    await server.close();
    sandbox.remove();
  }
}

async function stream(chat: Terminal, sandbox: Sandbox): Promise<void> {
  await say(chat, "! bash nasty.sh");
  await untilNastyIsUp(sandbox);
  await say(chat, "Tell me a story");
  await chat.waitFor(SAID);
}

async function ask(chat: Terminal, sandbox: Sandbox): Promise<void> {
  await say(chat, "Let the team do it");
  await approve(chat);
  await untilNastyIsUp(sandbox);
  await chat.waitFor(/touch canary[^]*y · a · n/);
}

async function stateOf(chat: Terminal): Promise<readonly string[]> {
  await chat.waitFor("the end");
  const wrong = leftOn(chat.raw());
  return [
    ...wrong,
    ...["icanon", "echo", "isig"].filter((mode) => !new RegExp(`(^|\\s)${mode}\\b`).test(chat.screen())),
  ];
}

/** What was said is read from the session's journal; a run goes on from its own. */
async function lost(moment: ChatMoment, sandbox: Sandbox): Promise<readonly string[]> {
  const wrong: string[] = [];
  const page = await massgen(["export", "latest", "talk.md"], sandbox);
  const text = page.code === 0 ? readFileSync(join(sandbox.cwd, "talk.md"), "utf8") : page.err;
  if (!text.includes(moment === "streaming" ? "Tell me a story" : "Let the team do it")) wrong.push(`export: ${text}`);
  if (moment === "streaming") return wrong;
  const { code, err } = await massgen(["resume", "latest", "--automation"], sandbox);
  if (code !== 0) wrong.push(`resume: ${code} ${err}`);
  if (existsSync(join(sandbox.cwd, "canary"))) wrong.push("what was asked for was done without a yes");
  return wrong;
}

function busy({ model, tools, messages }: SeenRequest, cwd: string): ScriptedReply {
  const last = messages.at(-1)?.text ?? "";
  if (tools.includes("launch_run")) {
    if (last.includes("story")) return { text: `${SAID}. `.repeat(400), chunks: 4000, chunkDelayMs: 10 };
    if (last.includes("Let the team")) return { calls: [{ name: "launch_run", input: { task: "Do it" } }] };
    return { text: "At work." };
  }
  return {
    calls: [
      { name: "run_command", input: { command: model === "model-of-ada" ? `bash ${cwd}/nasty.sh` : "touch canary" } },
    ],
  };
}

function settle({ tools }: SeenRequest): ScriptedReply {
  if (tools.includes("vote"))
    return { calls: [{ name: "vote", input: { agent_id: "agent1", reason: "it is there" } }] };
  if (tools.includes("new_answer")) return { calls: [{ name: "new_answer", input: { content: "Done." } }] };
  return { text: "Done." };
}

function writeScene({ cwd }: Sandbox, server: ModelServer): void {
  writeFileSync(join(cwd, "nasty.sh"), NASTY);
  const backend = `type: chatcompletion, base_url: "${server.baseUrl("chatcompletion")}", enable_mcp_command_line: true`;
  const agents = ["ada", "bob"].map((id) => `  - {id: ${id}, backend: {${backend}, model: model-of-${id}}}\n`).join("");
  const rules = "permissions: {allow: [run_command], ask: [run_command(touch)]}\n";
  writeFileSync(join(cwd, "team.yaml"), `sandbox: off\nagents:\n${agents}${rules}`);
}
