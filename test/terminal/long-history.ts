import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { openJournal } from "../../projects/journal.ts";
import { runJournal, sessionJournal } from "../../projects/layout.ts";
import { ensureProject, openProject } from "../../projects/open.ts";
import { describeRun, nextRun } from "../../projects/run-history.ts";
import { newSessionId } from "../../projects/sessions.ts";
import type { ChatEvent, ChatRecord } from "../../src/core/chat/events.ts";
import { reportOf } from "../lead/open-chat.ts";

export const LAST_QUESTION = "the very last question";

/** A directory whose newest session has seen so many runs of four agents, each with an answer of its own. */
export async function writeHistory(cwd: string, runs: number): Promise<void> {
  const project = await openProject(cwd, "work");
  await ensureProject(project);
  const session = newSessionId();
  const path = sessionJournal(project.root, session);
  mkdirSync(dirname(path), { recursive: true });
  const journal = openJournal<ChatRecord>(path, "chat");
  const start = Date.now() - 86_400_000;
  let seq = 0;
  const apply = (event: ChatEvent): void => {
    journal.append({ ...event, seq, at: start + seq * 1000 });
    seq += 1;
  };
  const lead = { model: "simulated", backend: "simulated", simulated: true };
  apply({ type: "session_started", session, project: "work", directory: cwd, lead });
  for (let run = 1; run <= runs; run += 1) {
    const { id, number } = await nextRun(project);
    const files = { journal: runJournal(project.root, id), logDir: `/logs/${id}` };
    const report = { ...reportOf(number), runId: id, answer: "An answer. ".repeat(200), answers: answersOf(number) };
    apply({ type: "user_said", text: run === runs ? LAST_QUESTION : `Question ${run}` });
    apply({
      type: "run_launched",
      runId: id,
      number,
      title: report.title,
      ...files,
      agents: ["ada", "bob", "cyd", "dee"],
    });
    apply({ type: "run_finished", report });
    apply({ type: "lead_said", text: `Run ${number} is over.`, calls: [], usage: null, costUsd: null, latencyMs: 1 });
    await describeRun(project, {
      id,
      number,
      title: report.title,
      purpose: "execution",
      task: report.title,
      status: "answered",
      winner: "ada",
      cost_usd: 0.1,
      started: new Date(start).toISOString(),
      ended: new Date(start).toISOString(),
      log_dir: files.logDir,
      journal: files.journal,
      deliverables: [],
    });
  }
  await journal.close();
}

function answersOf(run: number): ReturnType<typeof reportOf>["answers"] {
  return ["ada", "bob", "cyd", "dee"].map((agent, index) => ({
    agent,
    label: `agent${index + 1}.1`,
    text: `What ${agent} found in run ${run}. `.repeat(60),
    file: `/logs/${run}/${agent}.txt`,
  }));
}
