import type { Command } from "commander";
import { FaultError } from "../core/fault.ts";
import { clip, formatDuration, formatTokens, formatUsd, oneLine, plural } from "../core/text.ts";
import { plain } from "../core/terminal-safe.ts";
import type { LoggedRun } from "../logs/find-logs.ts";
import { printJson, writeOut } from "./output.ts";
import { printTable } from "./table.ts";

type Flags = { readonly json?: true; readonly limit?: string; readonly sort?: string };

/** `massgen logs …`: what the log folders of this directory say. */
export function addLogsCommands(program: Command): void {
  const logs = program.command("logs").description("the runs of this directory, from their log folders");
  logs
    .command("list", { isDefault: true })
    .description("runs with their status, winner, cost and duration, newest first")
    .option("--limit <count>", "how many", "10")
    .option("--json", "as JSON")
    .action(async (_flags: Flags, command: Command) => list(command.optsWithGlobals<Flags>()));
  logs
    .command("summary")
    .description("one run in figures: the newest one, or that of a log folder")
    .argument("[dir]")
    .option("--json", "metrics_summary.json as it is")
    .action(async (dir: string | undefined, _flags: Flags, command: Command) =>
      summary(dir, command.optsWithGlobals<Flags>()),
    );
  logs
    .command("tools")
    .description("all tools that a run used")
    .argument("[dir]")
    .option("--sort <by>", "time or calls", "time")
    .option("--json", "as JSON")
    .action(async (dir: string | undefined, _flags: Flags, command: Command) =>
      tools(dir, command.optsWithGlobals<Flags>()),
    );
  logs
    .command("rebuild")
    .description("make the files of a log folder again from the run's journal")
    .argument("<dir>")
    .action(async (dir: string) => {
      const { rebuildLogs } = await import("../logs/rebuild.ts");
      const { place, events } = await rebuildLogs(dir);
      writeOut(`${place.root} made again from ${plural(events, "event")}\n`);
    });
}

async function list({ limit = "10", json }: Flags): Promise<void> {
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1) throw wrong("--limit", limit, "Give a whole number, for example 20.");
  const { listLogs } = await import("../logs/find-logs.ts");
  const runs = await listLogs(process.cwd(), count);
  if (json) return printJson(runs.map(rowOf));
  if (runs.length === 0) return writeOut("No runs in this directory yet.\n");
  const rows = runs.map((run) => {
    const row = rowOf(run);
    const cost = formatUsd(row.cost_complete ? row.cost_usd : null);
    return [row.id, row.status, row.winner ?? "–", cost, formatDuration(row.duration_seconds * 1000), row.question];
  });
  printTable(["run", "status", "winner", "cost", "time", "question"], rows);
}

function rowOf({ root, status, content }: LoggedRun) {
  const { meta, results, costs } = content;
  return {
    id: meta.session_id,
    log_dir: root,
    status,
    winner: results.winner,
    cost_usd: costs.total_estimated_cost,
    cost_complete: costs.complete,
    duration_seconds: meta.elapsed_seconds,
    started: new Date(meta.start_time * 1000).toISOString(),
    question: meta.question,
  };
}

async function summary(dir: string | undefined, { json }: Flags): Promise<void> {
  const { findLog, readMetrics } = await import("../logs/find-logs.ts");
  const run = await findLog(dir, process.cwd());
  if (json) return writeOut(await readMetrics(run.root));
  const { meta, results, costs, rounds, tools: used, agents, telemetry } = run.content;
  const usages = Object.values(agents).map(({ token_usage }) => token_usage);
  const reasoning = usages.reduce((sum, { reasoning_tokens }) => sum + reasoning_tokens, 0);
  const outcomes = Object.entries(rounds.by_outcome).flatMap(([name, count]) =>
    count > 0 ? [`${count} ${name}`] : [],
  );
  const latency = Object.values(telemetry.by_agent).reduce((sum, row) => sum + row.latency, 0);
  const mean = telemetry.total_calls === 0 ? "" : ` · ${formatDuration((latency / telemetry.total_calls) * 1000)} each`;
  const facts = [
    ["Question", clip(oneLine(meta.question), 70)],
    ["Status", run.status],
    ["Winner", results.winner === null ? "none" : `${results.winner} (${results.winner_reason})`],
    ["Agents", Object.keys(agents).join(", ")],
    ["Duration", formatDuration(meta.elapsed_seconds * 1000)],
    ["Cost", formatUsd(costs.complete ? costs.total_estimated_cost : null)],
    [
      "Tokens",
      `${formatTokens(costs.total_input_tokens)} in · ${formatTokens(costs.total_output_tokens)} out · ${formatTokens(reasoning)} reasoning`,
    ],
    ["Rounds", `${rounds.total_rounds}${outcomes.length > 0 ? ` (${outcomes.join(", ")})` : ""}`],
    ["Model calls", `${telemetry.total_calls}${mean}`],
    ["Log folder", run.root],
  ];
  for (const [name = "", value = ""] of facts) writeOut(`${name.padEnd(12)} ${plain(value)}\n`);
  if (used.total_calls === 0) return;
  writeOut("\n");
  printTools(sorted(run, "time").slice(0, 5));
}

async function tools(dir: string | undefined, { sort = "time", json }: Flags): Promise<void> {
  if (sort !== "time" && sort !== "calls") throw wrong("--sort", sort, "Sort by time or by calls.");
  const { findLog } = await import("../logs/find-logs.ts");
  const run = await findLog(dir, process.cwd());
  if (json) return printJson(sorted(run, sort));
  if (run.content.tools.total_calls === 0) return writeOut("No tool was used.\n");
  printTools(sorted(run, sort));
}

type ToolRow = { readonly name: string } & LoggedRun["content"]["tools"]["by_tool"][string];

function sorted({ content }: LoggedRun, by: "time" | "calls"): readonly ToolRow[] {
  const key = by === "time" ? "total_execution_time_ms" : "call_count";
  return Object.entries(content.tools.by_tool)
    .map(([name, row]) => ({ name, ...row }))
    .toSorted((a, b) => b[key] - a[key] || (a.name < b.name ? -1 : 1));
}

function printTools(rows: readonly ToolRow[]): void {
  printTable(
    ["tool", "calls", "failed", "time", "mean", "chars in", "chars out"],
    rows.map((row) => [
      row.name,
      String(row.call_count),
      String(row.failure_count),
      formatDuration(row.total_execution_time_ms),
      formatDuration(row.avg_execution_time_ms),
      String(row.total_input_chars),
      String(row.total_output_chars),
    ]),
  );
}

function wrong(option: string, value: string, hint: string): FaultError {
  return new FaultError({ code: "usage", message: `${option} is "${value}"`, hint });
}
