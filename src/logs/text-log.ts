import { narrate } from "../core/run/narrate.ts";
import type { RunRecord } from "../core/run/events.ts";

/** A line of massgen.log: `HH:mm:ss | LEVEL | message`, in local time. */
export function logLine(record: RunRecord): string | undefined {
  const message = narrate(record);
  if (message === undefined) return undefined;
  const time = new Date(record.at).toTimeString().slice(0, 8);
  return `${time} | ${levelOf(record)} | ${message}\n`;
}

function levelOf(record: RunRecord): "INFO" | "WARNING" | "ERROR" {
  if (record.type === "execution_stopped" || record.type === "presentation_failed") return "ERROR";
  if (record.type === "model_retried" || record.type === "enforcement_recorded") return "WARNING";
  return "INFO";
}
