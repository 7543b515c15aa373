import { cpSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { cpuMsOf, residentMbOf } from "../bench/child.ts";
import { median } from "../bench/figure.ts";
import { makeSandbox, MASSGEN, type Sandbox } from "../helpers/cli.ts";
import { openTerminal, type Terminal } from "../helpers/terminal.ts";
import { processesWith } from "./processes.ts";
import { sit, type Sitting, writeSlowTeam } from "./soak-user.ts";

const SAMPLE_MS = 2000;
/** What the first runs load and warm up is no growth. */
const WARM_ROUNDS = 3;
const MOST_GROWTH_MB = 50;
const MOST_IDLE_PERCENT = 1;

type Sample = { readonly minute: number; readonly mb: number };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * `npm run soak:chat [-- MINUTES]`: somebody sits in front of a chat of three simulated agents at 80×24, in a real
 * terminal, and then goes away. Exits 1 when the window was ever cleared, something that was said or done is missing, or
 * memory or CPU go beyond their bounds. Linux: it reads /proc.
 */
async function main([minutes = "10"]: readonly string[]): Promise<number> {
  const sandbox = makeSandbox();
  const terminal = await open(sandbox);
  try {
    await terminal.inputReady();
    const wrong = await soak(terminal, sandbox, Number(minutes));
    for (const one of wrong) say(`✖ ${one}`);
    return wrong.length > 0 ? 1 : 0;
  } finally {
    await terminal.kill();
    sandbox.remove();
  }
}

/** A copy of the program: a later build does not change it under way. */
function open({ cwd, env, ...rest }: Sandbox): Promise<Terminal> {
  const program = join(dirname(cwd), "dist");
  cpSync(dirname(MASSGEN), program, { recursive: true });
  const args = [join(program, "massgen.cjs"), "--config", writeSlowTeam({ cwd, env, ...rest })];
  return openTerminal({ command: process.execPath, args, cwd, env, cols: 80, rows: 24 });
}

async function soak(terminal: Terminal, sandbox: Sandbox, minutes: number): Promise<readonly string[]> {
  const began = performance.now();
  const minute = (): number => (performance.now() - began) / 60_000;
  const samples: Sample[] = [];
  const sampling = setInterval(() => samples.push({ minute: minute(), mb: residentMbOf(terminal.pid) }), SAMPLE_MS);
  let warmAt = 0;
  const sitting = await sit(
    terminal,
    () => minute() >= minutes,
    (round) => {
      if (round === WARM_ROUNDS) warmAt = minute();
      say(`${minute().toFixed(1)} min: ${round} runs, ${lastMb(samples)} MB`);
    },
  );
  clearInterval(sampling);
  const busy = { cpuMs: cpuMsOf(terminal.pid), ms: performance.now() - began };
  const idlePercent = await idleCpu(terminal.pid, Math.min(60_000, minutes * 6000));
  const grown = growth(samples.filter((sample) => sample.minute >= warmAt));
  const clears = terminal.raw().match(/\u001b\[[23]J/g)?.length ?? 0;
  const missing = [...lostOnScreen(terminal, sitting), ...lostInJournal(sandbox, sitting)];
  await leave(terminal);
  const left = processesWith(`HOME=${sandbox.env["HOME"]}`).length;
  say(
    [
      ["minutes", minute().toFixed(1)],
      ["runs, questions, side questions", `${sitting.runs}, ${sitting.questions.length}, ${sitting.asides}`],
      ["clears of the window or the scrollback", String(clears)],
      ["written to the terminal, MB", (terminal.raw().length / 1e6).toFixed(1)],
      ["memory, MB: least in the first and last third, median, most", grown.figures],
      [`growth, MB (bound ${MOST_GROWTH_MB})`, grown.mb.toFixed(1)],
      ["CPU at work, %", ((busy.cpuMs / busy.ms) * 100).toFixed(1)],
      [`CPU at rest, % (bound ${MOST_IDLE_PERCENT})`, idlePercent.toFixed(2)],
      ["lost", String(missing.length)],
      ["processes left behind", String(left)],
    ]
      .map(([what = "", figure = ""]) => `${what.padEnd(60)} ${figure}`)
      .join("\n"),
  );
  return [
    ...missing,
    ...(clears > 0 ? [`the window was cleared ${clears} times`] : []),
    ...(grown.mb < MOST_GROWTH_MB ? [] : [`memory grew by ${grown.mb.toFixed(1)} MB`]),
    ...(idlePercent < MOST_IDLE_PERCENT ? [] : [`at rest it takes ${idlePercent.toFixed(2)} % of a processor`]),
    ...(left > 0 ? [`${left} processes are left behind`] : []),
  ];
}

function lastMb(samples: readonly Sample[]): string {
  return samples.at(-1)?.mb.toFixed(0) ?? "?";
}

/**
 * Between the first and the last third, by what is left when V8 has tidied up: between two such moments memory goes up
 * and down by 100 MB, whatever the program does.
 */
function growth(samples: readonly Sample[]): { readonly mb: number; readonly figures: string } {
  const all = samples.map(({ mb }) => mb);
  const third = Math.max(1, Math.floor(all.length / 3));
  const [first, last] = [Math.min(...all.slice(0, third)), Math.min(...all.slice(-third))];
  return { mb: last - first, figures: [first, last, median(all), Math.max(...all)].map(Math.round).join(", ") };
}

async function idleCpu(pid: number, ms: number): Promise<number> {
  await wait(8000); // until V8 has tidied up
  const [cpu, at] = [cpuMsOf(pid), performance.now()];
  await wait(Math.max(5000, ms));
  return ((cpuMsOf(pid) - cpu) / (performance.now() - at)) * 100;
}

/** What was said, and each run's end, stands in the scrollback, once. */
function lostOnScreen(terminal: Terminal, { runs, questions }: Sitting): readonly string[] {
  const text = terminal.scrollback();
  const numbers = Array.from({ length: runs }, (_, index) => index + 1);
  const wanted = [...questions.map((question) => `❯ ${question}`), ...numbers.map((number) => `✔ Run ${number} · `)];
  return wanted.flatMap((one) => {
    const times = text.split(one).length - 1;
    return times === 1 ? [] : [`the scrollback has “${one}” ${times} times`];
  });
}

/** Every question has its reply, every run its report, and nothing failed. */
function lostInJournal({ cwd }: Sandbox, { runs, questions, asides }: Sitting): readonly string[] {
  const path = readdirSync(cwd, { recursive: true, encoding: "utf8" }).find((one) =>
    /\bsessions\b.*journal\.jsonl$/.test(one),
  );
  if (path === undefined) return ["there is no journal"];
  const lines = readFileSync(join(cwd, path), "utf8").trimEnd().split("\n").slice(1);
  const events = lines.map((line) => JSON.parse(line) as { readonly type: string; readonly text?: string });
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  const said = events.flatMap(({ type, text }) => (type === "user_said" && text !== undefined ? [text] : []));
  return [
    ...questions.filter((question) => !said.includes(question)).map((question) => `not in the journal: ${question}`),
    ...differs("runs launched", count("run_launched"), runs),
    ...differs("runs finished", count("run_finished"), runs),
    ...differs("side questions answered", count("answered_aside"), asides),
    ...["turn_failed", "command_failed", "turn_interrupted"].flatMap((type) => differs(type, count(type), 0)),
  ];
}

function differs(what: string, is: number, wanted: number): readonly string[] {
  return is === wanted ? [] : [`${what}: ${is}, not ${wanted}`];
}

async function leave(terminal: Terminal): Promise<void> {
  terminal.press("ctrl+d");
  await terminal.exited;
}

process.exitCode = await main(process.argv.slice(2));
