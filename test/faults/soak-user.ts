import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../helpers/cli.ts";
import type { Terminal } from "../helpers/terminal.ts";

/** What somebody did who sat in front of a chat for a while. */
export type Sitting = {
  readonly runs: number;
  /** Everything that was said to the lead, each of it different. */
  readonly questions: readonly string[];
  readonly asides: number;
};

/** One run takes about half a minute at this pace; a slow machine needs a multiple of it. */
const PATIENCE = { timeoutMs: 180_000 };
const TOKENS_PER_SECOND = 20;
/** The line below the title of a view of the whole window, and the one below the composer. */
const VIEW = /^ ─{20}/m;
const CHAT = /^ {2}─{20}/m;

/** Three simulated agents that write about as fast as one reads, in a small repository. Returns the configuration. */
export function writeSlowTeam({ cwd }: Sandbox): string {
  mkdirSync(join(cwd, "src"));
  writeFileSync(
    join(cwd, "src", "auth.js"),
    "// Checks who is asking.\nexport const auth = (request) => request.token;\n",
  );
  const backend = `{type: simulated, model: simulated, tokens_per_second: ${TOKENS_PER_SECOND}}`;
  const agents = ["ada", "bob", "cyd"].map((id) => `  - {id: ${id}, backend: ${backend}}\n`);
  const path = join(cwd, "team.yaml");
  writeFileSync(path, `agents:\n${agents.join("")}`);
  return path;
}

/**
 * Run after run until `isOver`, with what users do meanwhile: questions, a look at the agents, a draft that is thrown
 * away, a question beside the conversation. Every run is waited for.
 */
export async function sit(
  terminal: Terminal,
  isOver: () => boolean,
  onRound: (round: number) => void,
): Promise<Sitting> {
  const questions: string[] = [];
  let [round, asides] = [0, 0];
  while (!isOver()) {
    round += 1;
    await enter(terminal, `/run Compare a list and a map, round ${round}`);
    await terminal.waitFor(/y · e · n/, PATIENCE);
    terminal.type("y");
    await terminal.waitFor((screen) => !screen.includes("Run approval"), PATIENCE);
    questions.push(await ask(terminal, `What does src/auth.js do, asked in run ${round}?`));
    await look(terminal);
    terminal.type(`a draft of round ${round} that nobody sends`);
    await terminal.waitFor("nobody sends", PATIENCE);
    terminal.press("ctrl+u");
    if (round % 2 === 0) {
      asides += 1;
      await enter(terminal, `/btw What was said of auth.js by round ${round}?`);
    }
    await atRest(terminal);
    questions.push(await ask(terminal, `What is in src, asked after run ${round}?`));
    await atRest(terminal);
    onRound(round);
  }
  return { runs: round, questions, asides };
}

async function ask(terminal: Terminal, question: string): Promise<string> {
  await enter(terminal, question);
  return question;
}

async function enter(terminal: Terminal, line: string): Promise<void> {
  terminal.type(line);
  await terminal.waitFor((screen) => screen.includes(`❯ ${line}`), PATIENCE);
  terminal.press("enter");
  await terminal.waitFor((screen) => /^❯\s*$/m.test(screen), PATIENCE);
}

/** The view of the run under way, or of the last one, and back. */
async function look(terminal: Terminal): Promise<void> {
  terminal.press("ctrl+o");
  await terminal.waitFor(VIEW, PATIENCE);
  terminal.press("escape");
  await terminal.waitFor((screen) => CHAT.test(screen) && /^❯\s*$/m.test(screen), PATIENCE);
}

/** The lead has said all it has to say, and no run goes on. */
async function atRest(terminal: Terminal): Promise<void> {
  await terminal.waitFor("? for help", PATIENCE);
}
