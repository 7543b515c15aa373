import * as z from "zod";
import { FaultError } from "../../core/fault.ts";
import type { PastRun } from "../../core/front-end.ts";
import { nearest } from "../../core/nearest.ts";
import { runReportText } from "../../core/run/report-text.ts";
import type { Steer } from "../../core/run/steer.ts";
import { defineTool, type Tool } from "../../core/tool.ts";
import type { RunsPort } from "../ports.ts";
import { runLine, runStateText } from "../run-text.ts";

const LISTED = 30;
const which = z.string().min(1).describe('Number ("2"), id, words of the title, or "last"');

const SteerInput = z.object({
  action: z.enum(["note", "pause", "continue", "add", "drop", "limits", "choose"]),
  text: z.string().optional().describe("The note"),
  agents: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("Whom the note is for (default: all), or the agent to add, drop or choose"),
  max_cost_usd: z.number().positive().nullable().optional(),
  timeout_seconds: z.number().positive().optional(),
});

function steerOf(order: z.output<typeof SteerInput>): Steer {
  const [agent = ""] = order.agents ?? [];
  switch (order.action) {
    case "note":
      return { do: "note", text: order.text ?? "", agents: order.agents };
    case "limits":
      return {
        do: "limits",
        ...(order.max_cost_usd === undefined ? {} : { maxCostUsd: order.max_cost_usd }),
        ...(order.timeout_seconds === undefined ? {} : { timeoutSeconds: order.timeout_seconds }),
      };
    case "add":
    case "drop":
    case "choose":
      return { do: order.action, agent };
    default:
      return { do: order.action };
  }
}

/** What the lead can ask about runs and do with those under way. */
export function runTools(runs: Pick<RunsPort, "list" | "read" | "cancel" | "answerNow" | "steer">): readonly Tool[] {
  return [
    defineTool({
      name: "list_runs",
      description: "The runs of this project, oldest first: number, title, status, winner, cost, log folder.",
      capability: "read",
      input: z.object({}),
      summary: () => "list runs",
      async run() {
        const all = await runs.list();
        if (all.length === 0) return "There have been no runs in this project.";
        const left = all.length > LISTED ? [`(${all.length - LISTED} older ones left out)`] : [];
        return [...left, ...all.slice(-LISTED).map(runLine)].join("\n");
      },
    }),
    defineTool({
      name: "read_run",
      description: "One run in full: answers, votes with reasons, files, cost; for a run under way, where it stands.",
      capability: "read",
      input: z.object({ run: which }),
      summary: ({ run }) => `read run ${run}`,
      async run({ run }) {
        const found = findRun(run, await runs.list());
        const reading = await runs.read(found.runId);
        if (reading?.kind === "ended") return runReportText(reading.report);
        if (reading?.kind === "under_way") return runStateText(found.number, reading.state);
        return `${runLine(found)}\nNothing more can be read of it.`;
      },
    }),
    defineTool({
      name: "cancel_run",
      description: "Stop a run under way. What it has so far is kept and reported.",
      capability: "coordinate",
      input: z.object({ run: which }),
      summary: ({ run }) => `stop run ${run}`,
      async run({ run }) {
        const found = findRun(run, await runs.list());
        await runs.cancel(found.runId);
        return `Run ${found.number} is being stopped; its <run_report> follows.`;
      },
    }),
    defineTool({
      name: "steer_run",
      description:
        "Steer a run under way: a note to some or all of its agents, pause, continue, add or drop an agent, new limits, or make an agent's answer the winner (of a run that is over, too).",
      capability: "coordinate",
      input: z.object({ run: which, ...SteerInput.shape }),
      summary: ({ run, action }) => `${action} run ${run}`,
      async run({ run, ...order }) {
        const found = findRun(run, await runs.list());
        await runs.steer(found.runId, steerOf(order));
        return `Done for run ${found.number}.`;
      },
    }),
    defineTool({
      name: "answer_now",
      description: "Have a run under way wrap up at once: one vote each, then the final answer.",
      capability: "coordinate",
      input: z.object({ run: which }),
      summary: ({ run }) => `have run ${run} answer now`,
      async run({ run }) {
        const found = findRun(run, await runs.list());
        await runs.answerNow(found.runId);
        return `Run ${found.number} wraps up; its <run_report> follows.`;
      },
    }),
  ];
}

function findRun(words: string, all: readonly PastRun[]): PastRun {
  const wanted = words.trim().toLowerCase();
  const number = /^(?:run[ #-]*)?(\d+)$/.exec(wanted)?.[1];
  const found =
    (wanted === "last" ? all.at(-1) : undefined) ??
    all.find(({ runId }) => runId.toLowerCase() === wanted) ??
    all.findLast((run) => number !== undefined && run.number === Number(number)) ??
    all.findLast(({ title }) => title.toLowerCase().includes(wanted)) ??
    all.find(
      ({ title }) =>
        title ===
        nearest(
          wanted,
          all.map((run) => run.title),
        ),
    );
  if (found) return found;
  const last = all.at(-1);
  throw new FaultError({
    code: "tool",
    message: `No run "${words}" in this project`,
    hint: last ? `The newest is run ${last.number}. list_runs shows all of them.` : "There have been no runs yet.",
  });
}
