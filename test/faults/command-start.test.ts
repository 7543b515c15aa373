import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeSandbox, startMassgen } from "../helpers/cli.ts";
import { startModelServer } from "../helpers/model-server.ts";
import { processesWith } from "./processes.ts";
import { whenJournalHas } from "./watch-journal.ts";

const KILLS = 10;

/** Kills massgen so many milliseconds after its journal says that a command starts. Resolves with what outlives it for a second. */
async function killAtStart(afterMs: number): Promise<readonly string[]> {
  const sandbox = makeSandbox();
  const server = await startModelServer(() => ({
    calls: [{ name: "run_command", input: { command: "echo begun; sleep 20" } }],
  }));
  try {
    const backend = `{type: chatcompletion, model: m, base_url: "${server.baseUrl("chatcompletion")}", enable_mcp_command_line: true}`;
    writeFileSync(
      join(sandbox.cwd, "team.yaml"),
      `agents:\n  - {id: ada, backend: ${backend}}\npermissions: {allow: [run_command]}\n`,
    );
    const run = startMassgen(["--automation", "--config", "team.yaml", "Is it there?"], sandbox);
    const logDir = /^LOG_DIR: (.*)$/m.exec(await run.saw(/^QUESTION: /m))?.[1] ?? "";
    const journal = join(logDir, "turn_1", "attempt_1", "journal.jsonl");
    whenJournalHas(
      journal,
      (lines) => lines.some((line) => line.includes('"type":"tool_started"')),
      () => void setTimeout(() => run.child.kill("SIGKILL"), afterMs),
    );
    await run.finished;
    for (let left = 20; ; left--) {
      const alive = processesWith(`HOME=${sandbox.env["HOME"]}`);
      if (alive.length === 0 || left === 0) return alive.map(({ command }) => command);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await server.close();
    sandbox.remove();
  }
}

// Between the start of a command and the start of whoever is to end it after us there are milliseconds, at no known time.
test("a command that is just starting when massgen is killed does not outlive it", async () => {
  const alive: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 2) {
    alive.push(...(await Promise.all([killAtStart(kill), killAtStart(kill + 1)])).flat());
  }
  expect(alive).toEqual([]);
});
