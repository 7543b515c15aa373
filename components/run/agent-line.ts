import { nextAnswerIndex } from "../../src/core/run/attempts.ts";
import { never } from "../../src/core/never.ts";
import { openAsks } from "../../src/core/run/permission-asks.ts";
import type { Activity, AgentState, RunState } from "../../src/core/run/state.ts";
import { withNames } from "../../src/core/run/names.ts";
import { oneLine } from "../../src/core/text.ts";
import type { Tone } from "../theme.ts";
import { safe } from "../text/width.ts";
import { answerName } from "./names.ts";

export type AgentLine = { readonly mark: string; readonly tone: Tone; readonly doing: string };

/** What an agent does now, in a mark and a few words. `line`: the last line that its model wrote. */
export function agentLine(agent: AgentState, run: RunState, line: string, now: number): AgentLine {
  const { status } = agent;
  const ask = openAsks(run).find((one) => one.agent === agent.id);
  if (ask) return { mark: "?", tone: "warn", doing: `waits for your yes: ${oneLine(safe(ask.title))}` };
  const answered = agent.answers === 0 ? "" : `answered ${agent.number}.${nextAnswerIndex(agent) - 1}`;
  switch (status.kind) {
    case "idle":
      return { mark: "○", tone: "dim", doing: join(answered, "waiting") };
    case "working": {
      const thought = status.restarting ? "reading new answers" : thinking(agent, run, status.sees, line);
      const doing = join(answered, activityText(status.activity, thought, now));
      if (status.activity.kind === "retry") return { mark: "⚠", tone: "warn", doing };
      return { mark: agent.answers === 0 ? "◐" : "●", tone: "busy", doing };
    }
    case "voted": {
      const { target, label, reason } = status.vote;
      const why = oneLine(safe(withNames(reason, run.agents)));
      return {
        mark: "✔",
        tone: "ok",
        doing: `voted for ${answerName(target, label)}${why === "" ? "" : `: "${why}"`}`,
      };
    }
    case "settled":
      return { mark: "✔", tone: "dim", doing: join(answered, "let off: its vote could not change the outcome") };
    case "parked": {
      const again = status.chanceLeft ? "one more try later · " : "";
      return { mark: "✖", tone: "failed", doing: `${again}${oneLine(safe(status.fault.message))}` };
    }
    case "presenting":
      return {
        mark: "●",
        tone: "ok",
        doing: activityText(
          status.activity,
          join(status.evaluating ? "checking the final answer" : "writing the final answer", oneLine(safe(line))),
          now,
        ),
      };
    default:
      return never(status);
  }
}

function activityText(activity: Activity, thinking: string, now: number): string {
  switch (activity.kind) {
    case "model":
      return thinking;
    case "tool":
      return oneLine(safe(activity.summary));
    case "retry": {
      const seconds = Math.max(0, Math.ceil((activity.untilAt - now) / 1000));
      return `try ${activity.attempt} of ${activity.maxAttempts} in ${seconds}s: ${oneLine(safe(activity.fault.message))}`;
    }
    default:
      return never(activity);
  }
}

function thinking(agent: AgentState, run: RunState, sees: readonly string[], line: string): string {
  const written = oneLine(safe(line));
  if (written !== "") return written;
  const others = run.answers
    .filter((answer) => answer.agent !== agent.id && sees.includes(answer.label))
    .map((answer) => answer.agent);
  const seen = [...new Set(others)];
  return seen.length === 0 ? "thinking" : `comparing with ${seen.join(" and ")}`;
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}
