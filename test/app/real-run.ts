import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { turnUnderWay } from "../../src/core/chat/turn.ts";
import type { RunReport } from "../../src/core/run/report.ts";
import { directory, type RealChat } from "./real-chat.ts";

/** A run of the whole team to its end, approved at once. */
export async function finishedRun(chat: RealChat, task = "Name the planets"): Promise<RunReport> {
  const before = chat.frontEnd.chat.get().reports.length;
  chat.frontEnd.send({
    do: "call",
    text: `/run ${task}`,
    tool: "launch_run",
    input: { task, agent_mode: "multi" },
  });
  const { calls } = await chat.until((one) => one.calls.some(({ stage }) => stage === "asked"));
  chat.frontEnd.send({ do: "answer_approval", callId: calls[0]?.call.id ?? "", allow: true });
  const { reports } = await chat.until((one) => one.reports.length > before && !turnUnderWay(one));
  return reports.at(-1) as RunReport;
}

/** Does something and resolves with the next item of the chat. */
export async function nextItem(chat: RealChat, command: Parameters<RealChat["frontEnd"]["send"]>[0]): Promise<unknown> {
  const count = chat.frontEnd.chat.get().items.length;
  chat.frontEnd.send(command);
  return (await chat.until(({ items }) => items.length > count)).items.at(-1);
}

/** A directory whose team, ada and bob, write "by ada" or "by bob" into app/a.txt; ada wins. */
export async function writingTeam(): Promise<string> {
  const cwd = await directory();
  await mkdir(join(cwd, "app"));
  await writeFile(join(cwd, "app/a.txt"), "one\n");
  await writeInNextRun(cwd, "app/a.txt");
  const agents = ["ada", "bob"].map(
    (id) =>
      `  - {id: ${id}, backend: {type: simulated, model: simulated, scenario: scenario.yaml, tokens_per_second: 0, latency_ms: 0}}`,
  );
  await writeFile(
    join(cwd, "team.yaml"),
    `agents:\n${agents.join("\n")}\norchestrator: {context_paths: [{path: app, permission: write}]}\n`,
  );
  return cwd;
}

/** The file that both agents write in the runs to come. */
export async function writeInNextRun(cwd: string, path: string): Promise<void> {
  const script = (by: string): string => `  ${by}:
    - calls: [{name: write_file, input: {path: ${path}, content: "by ${by}\\n"}}]
    - calls: [{name: new_answer, input: {content: "${by} is done"}}]
    - calls: [{name: vote, input: {agent_id: agent1, reason: good}}]
    - {text: "", repeat: forever}
`;
  await writeFile(join(cwd, "scenario.yaml"), `agents:\n${script("ada")}${script("bob")}`);
}
