import { type Task, type TaskOptions, type TaskOutcome, startTask } from "./app/run-task.ts";

export type RunTaskOptions = {
  readonly question: string;
  /** Where logs and workspaces go, and relative paths start. Default: the working directory. */
  readonly cwd?: string;
  /** A file, a saved name or @examples/NAME. Default: as for `massgen` alone. */
  readonly config?: string;
  /** Simulated models in place of all others. Default: false. */
  readonly dryRun?: boolean;
  /** Aborting it stops the run with what it has. */
  readonly signal?: AbortSignal;
};

export type RunTaskResult = {
  /** As of `massgen --automation`: 0 answered, 2 failed, 3 out of time, 4 stopped. */
  readonly exitCode: 0 | 2 | 3 | 4;
  /** Empty when there is none. */
  readonly answer: string;
  readonly winner: string | undefined;
  readonly winnerReason: string | undefined;
  readonly answerFile: string | undefined;
  readonly logDir: string;
  readonly durationMs: number;
  /** Why there is no answer. */
  readonly error: string | undefined;
};

/**
 * Runs one task with a team and resolves when it is over, however it went. Rejects for what has to be mended first:
 * a broken configuration, a missing key.
 */
export async function runTask(options: RunTaskOptions): Promise<RunTaskResult> {
  const { question, cwd = process.cwd(), config: configRef, dryRun = false, signal } = options;
  const task: Task = await startTask({ question, cwd, env: process.env, configRef, dryRun } satisfies TaskOptions);
  signal?.addEventListener("abort", task.run.stop, { once: true });
  if (signal?.aborted) task.run.stop();
  const outcome: TaskOutcome = await task.done;
  return {
    exitCode: outcome.exitCode,
    answer: outcome.answer,
    winner: outcome.winner?.agent,
    winnerReason: outcome.winner?.reason,
    answerFile: outcome.answerFile,
    logDir: task.logs.root,
    durationMs: outcome.durationMs,
    error: outcome.fault?.message,
  };
}
