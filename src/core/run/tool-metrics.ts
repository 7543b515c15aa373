import { roundTo } from "../round-to.ts";
import type { RunRecord } from "./events.ts";
import { findAgent } from "./freshness.ts";
import type { RunState } from "./state.ts";

/** One finished tool call. Times in Unix milliseconds. */
export type ToolUse = {
  readonly tool: string;
  readonly callId: string;
  readonly agent: string;
  /** As in `Round`: from 0. */
  readonly round: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly error: string | undefined;
  readonly inputChars: number;
  readonly outputChars: number;
};

const ERROR_CHARACTERS = 500;

/** The call that `record` is the end of. `run` may be the state before or after it. */
export function toolUse(record: RunRecord, run: RunState): ToolUse | undefined {
  if (record.type !== "tool_finished") return undefined;
  const agent = findAgent(run, record.agent);
  const presenting = agent?.status.kind === "presenting" ? 1 : 0;
  return {
    tool: record.name,
    callId: record.callId,
    agent: record.agent,
    round: Math.max(0, (agent?.executions ?? 1) - 1 + presenting),
    startedAt: record.at - record.durationMs,
    endedAt: record.at,
    durationMs: record.durationMs,
    error: record.failed ? Array.from(record.output).slice(0, ERROR_CHARACTERS).join("") : undefined,
    inputChars: record.inputChars,
    outputChars: record.output.length,
  };
}

export function toolType(name: string): "mcp" | "custom" {
  return name.startsWith("mcp__") ? "mcp" : "custom";
}

/** About four characters to a token. */
export function estimateTokens(chars: number): number {
  return Math.floor(chars / 4);
}

/** The table of a run's tools. */
export function toolsOf(uses: readonly ToolUse[]) {
  return { ...sumsOf(uses), by_tool: byTool(uses, totalsOf) };
}

/** The table of one agent's tools, with how sizes and times spread. */
export function agentToolsOf(uses: readonly ToolUse[]) {
  return {
    ...sumsOf(uses),
    by_tool: byTool(uses, (calls) => {
      const input = ascending(calls.map(({ inputChars }) => inputChars));
      const output = ascending(calls.map(({ outputChars }) => outputChars));
      const time = ascending(calls.map(({ durationMs }) => durationMs));
      return {
        ...totalsOf(calls),
        avg_input_chars: roundTo(sum(input) / calls.length, 1),
        avg_output_chars: roundTo(sum(output) / calls.length, 1),
        input_distribution: spreadOf(input),
        output_distribution: { ...spreadOf(output), p90: percentile(output, 90), p99: percentile(output, 99) },
        exec_time_distribution: {
          min_ms: roundTo(time[0] ?? 0, 2),
          max_ms: roundTo(time.at(-1) ?? 0, 2),
          median_ms: roundTo(median(time), 2),
          p90_ms: roundTo(percentile(time, 90), 2),
        },
      };
    }),
  };
}

function byTool<Row>(uses: readonly ToolUse[], row: (calls: readonly ToolUse[]) => Row): Record<string, Row> {
  const groups = new Map<string, ToolUse[]>();
  for (const use of uses) {
    const group = groups.get(use.tool);
    if (group) group.push(use);
    else groups.set(use.tool, [use]);
  }
  return Object.fromEntries([...groups].map(([name, calls]) => [name, row(calls)]));
}

function sumsOf(uses: readonly ToolUse[]) {
  return {
    total_calls: uses.length,
    total_failures: uses.filter(({ error }) => error !== undefined).length,
    total_execution_time_ms: roundTo(sum(uses.map(({ durationMs }) => durationMs)), 2),
  };
}

function totalsOf(calls: readonly ToolUse[]) {
  const failures = calls.filter(({ error }) => error !== undefined).length;
  const time = sum(calls.map(({ durationMs }) => durationMs));
  const [input, output] = [sum(calls.map((call) => call.inputChars)), sum(calls.map((call) => call.outputChars))];
  return {
    call_count: calls.length,
    success_count: calls.length - failures,
    failure_count: failures,
    total_execution_time_ms: roundTo(time, 2),
    avg_execution_time_ms: roundTo(time / calls.length, 2),
    total_input_chars: input,
    total_output_chars: output,
    tool_type: toolType(calls[0]?.tool ?? ""),
    input_tokens_est: estimateTokens(input),
    output_tokens_est: estimateTokens(output),
  };
}

function spreadOf(sorted: readonly number[]) {
  return { min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, median: median(sorted) };
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  const above = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? above) + above) / 2 : above;
}

/** The largest one while there are too few values to tell: ten for 90 %, a hundred for 99 %. */
function percentile(sorted: readonly number[], percent: 90 | 99): number {
  const enough = sorted.length >= 100 / (100 - percent);
  const at = enough ? Math.ceil((sorted.length * percent) / 100) - 1 : sorted.length - 1;
  return sorted[at] ?? 0;
}

function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
