import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { chat } from "./chat.ts";
import { echo } from "./echo.ts";
import type { Figure, Row } from "./figure.ts";
import { idle } from "./idle.ts";
import { journal } from "./journal.ts";
import { longSession } from "./long-session.ts";
import { oneShot } from "./one-shot.ts";
import { reply } from "./reply.ts";
import { setStage } from "./stage.ts";
import { startup, version } from "./startup.ts";
import { stream, teams } from "./stream.ts";
import { table } from "./table.ts";

const FIGURES: readonly Figure[] = [
  version,
  startup,
  idle,
  echo,
  oneShot,
  stream,
  teams,
  journal,
  chat,
  reply,
  longSession,
];
const USAGE = `npm run bench -- [--quick] [--dist FOLDER] [${FIGURES.map(({ name }) => name).join("|")}]…`;

/** Measures the built program (Linux: it reads /proc) and prints what came out. Fails only when something cannot be measured. */
async function main(words: readonly string[]): Promise<void> {
  const { values, positionals: names } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false }, dist: { type: "string" } },
  });
  const unknown = names.find((name) => !FIGURES.some((figure) => figure.name === name));
  if (unknown !== undefined) throw new Error(`There is no figure "${unknown}". ${USAGE}`);
  const chosen = FIGURES.filter(({ name }) => names.length === 0 || names.includes(name));
  const stage = await setStage({ quick: values.quick, built: values.dist });
  const before = load();
  const rows: Row[] = [];
  try {
    for (const figure of chosen) {
      process.stderr.write(`${figure.name} …\n`);
      rows.push(...(await figure.measure(stage)));
    }
  } finally {
    stage.remove();
  }
  const cores = cpus();
  process.stdout.write(
    `${table(rows)}\n\nMedians, minima in brackets. Node ${process.version}, ${cores.length} × ${cores[0]?.model ?? "unknown"}, load ${before} before and ${load()} after.\n`,
  );
}

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

await main(process.argv.slice(2));
