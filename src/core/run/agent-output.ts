import type { RunRecord } from "./events.ts";
import { narrate } from "./narrate.ts";

/** A piece of text for a file of agent_outputs/. */
export type OutputPart = { readonly file: string; readonly text: string };

/** What an event adds to the files of agent_outputs/: what an agent's text shows on a screen, and the course of the run. */
export function outputParts(record: RunRecord): readonly OutputPart[] {
  const line = narrate(record);
  const course = line === undefined ? [] : [{ file: "system_status.txt", text: `${line}\n` }];
  return [...course, ...agentParts(record)];
}

/** Stands at the head of a file. */
export function outputHead(file: string): string {
  if (file === "system_status.txt") return "=== SYSTEM STATUS LOG ===\n\n";
  const name = file.replace(/\.txt$/, "");
  return `=== ${name.toUpperCase()} OUTPUT LOG ===\n\n`;
}

function agentParts(record: RunRecord): readonly OutputPart[] {
  if (record.type === "run_started") return record.agents.map(({ id }) => ({ file: `${id}.txt`, text: "" }));
  if (!("agent" in record)) return [];
  const file = `${record.agent}.txt`;
  const paragraph = (text: string): readonly OutputPart[] =>
    text.trim() === "" ? [] : [{ file, text: `${text.trim()}\n\n` }];
  switch (record.type) {
    case "execution_started":
      return paragraph(`--- round ${record.execution - 1} ---`);
    case "presentation_started":
      return paragraph("--- final presentation ---");
    case "evaluation_started":
      return paragraph("--- post-evaluation ---");
    case "model_replied":
      return [
        ...paragraph(record.text),
        ...(record.execution === undefined && record.stage === undefined && record.text.trim() !== ""
          ? [{ file: `final_presentation_${record.agent}.txt`, text: `${record.text.trim()}\n\n` }]
          : []),
      ];
    case "tool_started":
      return paragraph(`▸ ${record.summary}`);
    case "tool_finished":
      return record.failed ? paragraph(`✖ ${record.name}: ${record.output}`) : [];
    case "answer_submitted":
      return paragraph(`✔ answer ${record.label}\n${record.text}`);
    case "vote_cast":
      return paragraph(`✔ vote for ${record.label}: ${record.reason}`);
    case "execution_stopped":
    case "presentation_failed":
      return paragraph(`✖ ${record.fault.message}`);
    default:
      return [];
  }
}
