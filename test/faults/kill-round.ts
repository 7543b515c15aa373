import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startMassgen, makeSandbox, type Finished, type Sandbox } from "../helpers/cli.ts";
import { type ModelServer, type ScriptedReply, type SeenRequest, startModelServer } from "../helpers/model-server.ts";
import { processesWith } from "./processes.ts";
import { journalLines, whenJournalHas } from "./watch-journal.ts";

export type KillRound = {
  /** What was wrong, a sentence each. */
  readonly wrong: readonly string[];
  /** After how many events each kill came. */
  readonly killedAfter: readonly number[];
  /** Processes of agents' commands that were alive when a kill came. */
  readonly commands: number;
};

type Event = { readonly type: string; readonly seq: number; readonly agent?: string; readonly label?: string };

/** As many events as one run has, so that some kills come at the very end and some too late. */
const MOST_EVENTS = 44;

/**
 * A run of three agents that is killed with SIGKILL after a number of events that the seed chooses, once or twice, and
 * then goes on to its end. In two of three rounds the agents run commands that outlast everything.
 */
export async function playKill(seed: number): Promise<KillRound> {
  const random = randomFrom(seed);
  const withCommands = seed % 3 !== 0;
  const sandbox = makeSandbox();
  const server = await startModelServer((request) => replyTo(request, withCommands, random));
  try {
    writeTeam(sandbox, server, withCommands);
    return await killAndResume(sandbox, server, withCommands, random);
  } finally {
    await server.close();
    sandbox.remove();
  }
}

async function killAndResume(
  sandbox: Sandbox,
  server: ModelServer,
  withCommands: boolean,
  random: () => number,
): Promise<KillRound> {
  const wrong: string[] = [];
  const killedAfter: number[] = [];
  const kills = random() < 0.3 ? 2 : 1;
  const inCommand = withCommands && random() < 0.5;
  let commands = 0;
  let args: readonly string[] = ["--automation", "--config", "team.yaml", "Which of the two?"];
  let logDir = "";
  let before: Before | undefined;
  for (let kill = 0; kill <= kills; kill++) {
    const from = before?.events.length ?? 0;
    const until = kill < kills ? from + 1 + Math.floor(random() * (MOST_EVENTS - from)) : Number.POSITIVE_INFINITY;
    const end = await runUntil(sandbox, args, logDir, kill === 0 && inCommand ? hasCommand : until);
    commands += end.commands;
    logDir ||= valueOf(end.out, "LOG_DIR") ?? "";
    if (logDir === "") return { wrong: [`it did not start: ${end.err}`], killedAfter, commands };
    const after = look(logDir, end);
    if (before) wrong.push(...lost(before, after));
    before = after;
    args = ["resume", "latest", "--automation"];
    if (end.signal !== "SIGKILL") {
      const over = end.code === 1 && /is over: answered/.test(end.err);
      if (end.code !== 0 && !over) wrong.push(`it ended with ${end.code}: ${end.err}`);
      break;
    }
    killedAfter.push(after.events.length);
  }
  if (before) wrong.push(...unfinished(before, logDir));
  const lostCalls = 3 * killedAfter.length;
  const replies = before?.events.filter(({ type }) => type === "model_replied").length ?? 0;
  if (server.requests.length > replies + lostCalls) {
    wrong.push(`${server.requests.length} model calls for ${replies} replies and ${killedAfter.length} kills`);
  }
  const left = await orphans(sandbox);
  if (left.length > 0) wrong.push(`still alive: ${left.join("; ")}`);
  return { wrong, killedAfter, commands };
}

type Wanted = number | ((lines: readonly string[]) => boolean);

function hasCommand(lines: readonly string[]): boolean {
  return lines.some((line) => line.includes('"type":"tool_started"') && line.includes('"name":"run_command"'));
}

/** Starts massgen and kills it once the journal is as wanted; in the middle of a command if it is that which is wanted. */
async function runUntil(
  sandbox: Sandbox,
  args: readonly string[],
  logDir: string,
  wanted: Wanted,
): Promise<Finished & { readonly commands: number }> {
  const run = startMassgen(args, sandbox);
  const out = await run.saw(/^QUESTION: .*$/m).catch(() => "");
  const journal = journalOf(logDir || (valueOf(out, "LOG_DIR") ?? ""));
  let commands = 0;
  const kill = async (): Promise<void> => {
    const isCommandDue = (): boolean => wanted === hasCommand && run.child.exitCode === null && commands === 0;
    // A process that has started is no event of the journal.
    while (isCommandDue()) {
      commands = processesWith(home(sandbox)).filter(({ command }) => command === LONG_COMMAND).length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    run.child.kill("SIGKILL");
  };
  const stop = out === "" ? undefined : whenJournalHas(journal, wanted, () => void kill());
  const end = await run.finished;
  stop?.();
  return { ...end, commands };
}

const LONG_COMMAND = "sleep 300";

function home({ env }: Sandbox): string {
  return `HOME=${env["HOME"]}`;
}

type Before = {
  readonly lines: readonly string[];
  readonly events: readonly Event[];
  readonly status: Status | undefined;
  readonly winner: string | undefined;
};

type Status = {
  readonly is_complete: boolean;
  readonly agents: Readonly<
    Record<string, { readonly answer_count: number; readonly vote_cast: { readonly voted_for_label: string } | null }>
  >;
  readonly results: { readonly winner: string | null };
};

function look(logDir: string, end: Finished): Before {
  const lines = journalLines(journalOf(logDir));
  const events = lines.map((line) => JSON.parse(line) as Event);
  const path = join(logDir, "status.json");
  // Never half a file: it is replaced as a whole.
  const status = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Status) : undefined;
  return { lines, events, status, winner: valueOf(end.out, "WINNER") };
}

/** What somebody could have seen before, and what was in the journal, has to be there after. */
function lost(before: Before, after: Before): readonly string[] {
  const wrong: string[] = [];
  if (before.lines.some((line, index) => after.lines[index] !== line)) wrong.push("lines of the journal are gone");
  if (before.winner !== undefined && after.winner !== undefined && before.winner !== after.winner) {
    wrong.push(`${before.winner} was the winner, then ${after.winner}`);
  }
  const inJournal = (type: string, agent: string): readonly Event[] =>
    before.events.filter((event) => event.type === type && event.agent === agent);
  for (const [agent, { answer_count: answers, vote_cast: vote }] of Object.entries(before.status?.agents ?? {})) {
    if (answers > inJournal("answer_submitted", agent).length) {
      wrong.push(`status.json had an answer of ${agent} that the journal did not have`);
    }
    if (vote && !inJournal("vote_cast", agent).some(({ label }) => label === vote.voted_for_label)) {
      wrong.push(`status.json had a vote of ${agent} that the journal did not have`);
    }
  }
  const shown = before.status?.results.winner ?? null;
  if (shown !== null && !before.events.some(({ type, agent }) => type === "final_stored" && agent === shown)) {
    wrong.push(`status.json named a winner, ${shown}, that the journal did not have`);
  }
  return wrong;
}

function unfinished({ events, status }: Before, logDir: string): readonly string[] {
  const wrong: string[] = [];
  const labels = events.flatMap(({ type, label }) => (type === "answer_submitted" && label ? [label] : []));
  if (new Set(labels).size < labels.length) wrong.push(`an answer was given twice: ${labels.join(", ")}`);
  if (events.some(({ seq }, index) => seq !== index)) wrong.push("the events are not numbered one after the other");
  if (events.at(-1)?.type !== "run_ended") wrong.push(`the last event is ${events.at(-1)?.type}`);
  if (events.filter(({ type }) => type === "run_ended").length !== 1) wrong.push("it ended more than once");
  const winner = events.find(({ type }) => type === "final_stored")?.agent;
  if (status?.is_complete !== true) wrong.push("status.json does not say that it is complete");
  if (status?.results.winner !== winner) wrong.push(`status.json names ${status?.results.winner}, not ${winner}`);
  const answer = join(logDir, "final", winner ?? "", "answer.txt");
  if (!existsSync(answer) || readFileSync(answer, "utf8") === "") wrong.push("there is no answer.txt");
  return wrong;
}

/** Who is left of this round, a moment after its end: whoever watches over a command dies after it. */
async function orphans(sandbox: Sandbox): Promise<readonly string[]> {
  for (let left = 20; ; left--) {
    const found = processesWith(home(sandbox));
    if (found.length === 0 || left === 0) return found.map(({ pid, command }) => `${pid} ${command}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Looks around with tools, answers, votes for the first, and presents. Every step streams for a moment. */
function replyTo({ tools, messages }: SeenRequest, withCommands: boolean, random: () => number): ScriptedReply {
  const pace = {
    text: "Let me think about that for a moment.",
    chunks: 4,
    chunkDelayMs: 3 + Math.floor(random() * 12),
  };
  const used = messages.filter(({ role }) => role === "tool").length;
  if (tools.includes("vote")) {
    return { ...pace, calls: [{ name: "vote", input: { agent_id: "agent1", reason: "it is the clearest" } }] };
  }
  if (!tools.includes("new_answer")) return pace;
  if (used === 0) return { ...pace, calls: [{ name: "list_directory", input: { path: "." } }] };
  if (used === 1 && withCommands) {
    const command = `${LONG_COMMAND} & (setsid ${LONG_COMMAND} &) ; sleep 0.3; echo looked`;
    return { ...pace, calls: [{ name: "run_command", input: { command } }] };
  }
  return { ...pace, calls: [{ name: "new_answer", input: { content: `The left one, says ${random()}.` } }] };
}

function writeTeam({ cwd }: Sandbox, server: ModelServer, withCommands: boolean): void {
  const backend = `type: chatcompletion, base_url: "${server.baseUrl("chatcompletion")}", enable_mcp_command_line: ${withCommands}`;
  const agents = ["ada", "bob", "cyd"].map((id) => `  - {id: ${id}, backend: {${backend}, model: model-of-${id}}}\n`);
  writeFileSync(join(cwd, "team.yaml"), `agents:\n${agents.join("")}permissions: {allow: [run_command]}\n`);
}

function journalOf(logDir: string): string {
  return join(logDir, "turn_1", "attempt_1", "journal.jsonl");
}

function valueOf(out: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, "m").exec(out)?.[1];
}

/** mulberry32 */
function randomFrom(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
