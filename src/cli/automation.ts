import { copyFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Task, TaskOutcome } from "../app/run-task.ts";
import { agreementOf } from "../core/run/agreement.ts";
import { attemptText } from "../core/run/attempts.ts";
import { roundTo } from "../core/round-to.ts";
import { printableJson } from "../core/terminal-safe.ts";
import { clip, oneLine } from "../core/text.ts";
import { attemptPlace } from "../logs/layout.ts";
import { reportChanges } from "./changes.ts";
import { deniedByPolicy, reportDenied } from "./denied.ts";
import { reportFault, writeError, writeOut } from "./output.ts";
import { handleSignals } from "./signals.ts";

export type AutomationOptions = {
  readonly cwd: string;
  readonly json: boolean;
  /** Relative to `cwd`. */
  readonly outputFile: string | undefined;
};

/** `--automation`: the documented lines on stdout and nothing else; warnings and errors on stderr. Resolves with the exit code. */
export async function runAutomation(task: Task, options: AutomationOptions): Promise<number> {
  handleSignals({
    interrupt: task.run.stop,
    end: () => {
      task.run.hold();
      return task.done;
    },
  });
  for (const notice of task.notices) writeError(`${notice}\n`);
  task.run.log.subscribe((record, state) => {
    if (record.type !== "attempt_started") return;
    const reason = oneLine(state.past.at(-1)?.reason ?? "");
    writeError(`RESTART: ${attemptText(state)}: ${reason}\nSTATUS: ${statusFile(task, record.attempt)}\n`);
  });
  const line = (name: string, value: string): void => writeOut(`${name}: ${value}\n`);
  line("LOG_DIR", task.logs.root);
  line("STATUS", statusFile(task, 1));
  line("QUESTION", task.question.replaceAll("\r", "").replaceAll("\n", "\\n"));
  writeOut("[Coordination in progress - monitor status.json for real-time updates]\n");

  const outcome = await task.done;
  const seconds = (outcome.durationMs / 1000).toFixed(1);
  if (outcome.winner && outcome.answerFile !== undefined) {
    line("WINNER", outcome.winner.agent);
    line("ANSWER_FILE", outcome.answerFile);
  }
  line("DURATION", `${seconds}s`);
  const preview = clip(oneLine(outcome.answer), 200);
  line("ANSWER_PREVIEW", preview);
  line("COMPLETED", `${outcome.agents} agents, ${seconds}s total`);
  const outputFile = await writeOutput(outcome, options);
  if (outputFile !== undefined) line("OUTPUT_FILE", outputFile);
  reportChanges(outcome);
  reportDenied(outcome.state);
  if (outcome.fault) reportFault(outcome.fault);
  if (options.json) writeOut(`${printableJson(JSON.stringify(summary(task, outcome, preview, outputFile)))}\n`);
  return outcome.exitCode;
}

function summary(task: Task, outcome: TaskOutcome, preview: string, outputFile: string | undefined): object {
  return {
    log_dir: task.logs.root,
    status: statusFile(task, outcome.state.attempt),
    attempts: outcome.state.attempt,
    question: task.question,
    winner: outcome.winner?.agent ?? null,
    winner_reason: outcome.winner?.reason ?? null,
    answer_file: outcome.answerFile ?? null,
    answer: outcome.answer,
    answer_preview: preview,
    plan_file: planFile(outcome),
    agreement: agreementOf(outcome.state) ?? null,
    duration_seconds: roundTo(outcome.durationMs / 1000, 3),
    agents: outcome.agents,
    exit_code: outcome.exitCode,
    error: outcome.fault?.message ?? null,
    denied: deniedByPolicy(outcome.state).map(({ agent, title }) => ({ agent, wanted: title })),
    ...(outcome.changes && { changes: { applied: outcome.changes.applied, files: outcome.changes.lines } }),
    ...(outputFile === undefined ? {} : { output_file: outputFile }),
  };
}

function planFile({ state, answerFile }: TaskOutcome): string | null {
  return state.final?.plan && answerFile !== undefined ? join(dirname(answerFile), "plan.json") : null;
}

function statusFile({ logs }: Task, attempt: number): string {
  return join(attemptPlace(logs, attempt).attempt, "status.json");
}

async function writeOutput(
  { answerFile }: TaskOutcome,
  { outputFile, cwd }: AutomationOptions,
): Promise<string | undefined> {
  if (outputFile === undefined || answerFile === undefined) return undefined;
  const path = resolve(cwd, outputFile);
  await copyFile(answerFile, path);
  return path;
}
