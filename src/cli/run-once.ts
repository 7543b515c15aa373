import { copyFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Task } from "../app/run-task.ts";
import { narrate } from "../core/run/narrate.ts";
import { formatDuration, formatTokens, formatUsd } from "../core/text.ts";
import { tokensOf, totalSpend } from "../core/run/spend.ts";
import { reportChanges } from "./changes.ts";
import { reportDenied } from "./denied.ts";
import { reportFault, writeError, writeOut } from "./output.ts";
import { handleSignals, onTerminalGone } from "./signals.ts";

/** One task without a chat: a live card in a terminal, plain lines on stderr in a pipe; the answer goes to stdout. */
export async function runOnce(
  task: Task,
  options: { readonly cwd: string; readonly outputFile: string | undefined; readonly live?: boolean },
): Promise<number> {
  const { hangUp } = handleSignals({
    interrupt: task.run.stop,
    end: () => {
      task.run.hold();
      return task.done;
    },
  });
  for (const notice of task.notices) writeError(`${notice}\n`);
  if (process.stdout.isTTY && options.live !== false) {
    onTerminalGone(hangUp);
    const { showRun } = await import("./mount.tsx");
    await showRun(task.run.live, task.done);
  } else {
    task.run.log.subscribe((record) => {
      const line = narrate(record);
      if (line !== undefined) writeError(`${line}\n`);
    });
  }
  const outcome = await task.done;
  if (outcome.answer !== "") writeOut(`${outcome.answer.trimEnd()}\n`);
  const spend = totalSpend(outcome.state);
  const cost = formatUsd(spend.unpricedCalls > 0 ? null : spend.costUsd);
  const facts = [formatDuration(outcome.durationMs), `${formatTokens(tokensOf(spend))} tok`, cost, task.logs.root];
  writeError(`\n${[outcome.winner?.reason, ...facts].filter((fact) => fact !== undefined).join(" · ")}\n`);
  if (options.outputFile !== undefined && outcome.answerFile !== undefined) {
    await copyFile(outcome.answerFile, resolve(options.cwd, options.outputFile));
  }
  reportChanges(outcome);
  reportDenied(outcome.state);
  if (outcome.fault) reportFault(outcome.fault);
  return outcome.exitCode;
}
