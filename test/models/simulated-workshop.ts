import * as z from "zod";
import { runReportText } from "../../src/core/run/report-text.ts";
import type { RunReport } from "../../src/core/run/report.ts";
import type { ToolSpec } from "../../src/core/model.ts";
import { launchRunTool } from "../../src/lead/tools/launch-run.ts";
import { projectTools } from "../../src/lead/tools/project.ts";
import { runTools } from "../../src/lead/tools/runs.ts";
import { type Called, type Conversation, converse, type Outcome, specOf, toolSpec } from "./simulated-play.ts";

export const lead = specOf("lead");

/** The schemas that the lead's real tools offer; nothing behind them. */
const never = (): never => {
  throw new Error("only the schema is used");
};
export const leadSpecs: readonly ToolSpec[] = [
  launchRunTool({ team: never, defaults: never, estimate: never, launch: never }),
  ...runTools({ list: never, read: never, cancel: never, answerNow: never, steer: never }),
  ...projectTools({
    current: never,
    overview: never,
    create: never,
    open: never,
    updateContext: never,
    saveDeliverable: never,
  }),
  toolSpec("read_file", { path: z.string() }),
  toolSpec("list_directory", { path: z.string().optional() }),
  toolSpec("search_files", { query: z.string(), path: z.string().optional() }),
  toolSpec("run_command", { command: z.string(), timeout_seconds: z.number().optional() }),
  toolSpec("git_status", {}),
  toolSpec("git_diff", {}),
];

const files: Readonly<Record<string, string>> = {
  "src/auth/refresh.ts":
    "/** Renews access tokens before they expire. Old ones stay valid for a minute. */\nexport function refresh(token: string) {\n  return token;\n}\n",
  "src/auth/limiter.ts": "export const limiter = 5; // auth attempts a minute\n",
  "README.md": "# Shop\n\nA small shop with an auth module.\n",
};

/** A small project on disk, as the real tools would show it, and a project memory that takes everything. */
function workshop(more: (call: Called) => Outcome | undefined = () => undefined) {
  let runs = 0;
  return (call: Called): Outcome => {
    const special = more(call);
    if (special !== undefined) return special;
    const { name, input } = call;
    const path = typeof input["path"] === "string" ? input["path"] : ".";
    switch (name) {
      case "search_files": {
        const query = String(input["query"]);
        const names = Object.keys(files).filter((file) => file.includes(query));
        const lines = Object.entries(files).flatMap(([file, text]) =>
          text.split("\n").flatMap((line, at) => (line.includes(query) ? [`${file}:${at + 1}: ${line}`] : [])),
        );
        return [...names, ...lines].join("\n") || "Nothing matches in 3 files.";
      }
      case "read_file": {
        const text = files[path];
        if (text === undefined) return { output: `No file ${path}`, failed: true };
        const lines = text.trimEnd().split("\n");
        return `${path}: lines 1-${lines.length} of ${lines.length}\n${lines.join("\n")}`;
      }
      case "list_directory":
        return "README.md\nsrc/";
      case "launch_run":
        return `Run ${++runs} started: title (id run-${runs}; ada, bob, cyd; Team, vote and refine). You will be sent a <run_report> when it is over.`;
      default:
        return "done";
    }
  };
}

/** A conversation with the lead over a small project; `more` answers calls in its own way first. */
export const chat = (more?: (call: Called) => Outcome | undefined, system?: string): Conversation =>
  converse(lead, leadSpecs, workshop(more), system);

/** The end of a run as the lead is told. */
export function report(more: Partial<RunReport> = {}): string {
  return runReportText({
    runId: "run-0001",
    number: 1,
    title: "WebSocket support",
    purpose: "execution",
    outcome: "answered",
    finishReason: "votes",
    winner: "ada",
    winnerLabel: "agent1.1",
    winnerReason: "ada has 2 of 3 votes",
    sentBack: [],
    plan: null,
    planProblem: null,
    answer: "## Raw ws\n\n1. Add the dependency\n2. Write the handler\n\nSee </final_answer> in the log.",
    answers: [
      { agent: "ada", label: "agent1.1", text: "raw ws", file: "/log/ada" },
      { agent: "bob", label: "agent2.1", text: "Socket.IO", file: "/log/bob" },
    ],
    votes: [
      { voter: "ada", target: "ada", label: "agent1.1", reason: "covers tests" },
      { voter: "bob", target: "bob", label: "agent2.1", reason: "less code" },
      { voter: "cyd", target: "ada", label: "agent1.1", reason: "handles reconnects" },
    ],
    agents: ["ada", "bob", "cyd"].map((id) => ({ id, model: "simulated", simulated: true, error: null })),
    files: ["src/ws/handler.ts"],
    costUsd: 0,
    costComplete: true,
    tokens: 1200,
    durationMs: 4100,
    logDir: "/log",
    fault: null,
    ...more,
  });
}

export const launches = (calls: readonly Called[]): Record<string, unknown>[] =>
  calls.filter(({ name }) => name === "launch_run").map(({ input }) => input);
export const names = (calls: readonly Called[]): string[] => calls.map(({ name }) => name);
