import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StatusJson } from "../../src/core/run/status-schema.ts";
import { massgen, makeSandbox, type Sandbox, startMassgen } from "../helpers/cli.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

/** `pace`: simulated tokens per second; 0 is as fast as it goes. */
const team = (pace: number): string => {
  const path = join(sandbox.cwd, "team.yaml");
  const agent = (id: string): string =>
    `  - id: ${id}\n    backend: {type: simulated, model: simulated, tokens_per_second: ${pace}, latency_ms: 100}\n`;
  writeFileSync(path, `agents:\n${agent("agent_a")}${agent("agent_b")}`);
  return path;
};
const runOnce = async (question: string): Promise<string> => {
  const { out, err } = await massgen(["--automation", "--config", team(0), question], sandbox);
  const root = /^LOG_DIR: (.*)$/m.exec(out)?.[1];
  if (root === undefined) throw new Error(err);
  return root;
};
const ok = async (...args: string[]): Promise<string> => {
  const { out, err, code } = await massgen(["logs", ...args], sandbox);
  expect(code, err).toBe(0);
  return out;
};

describe("massgen logs", () => {
  test("lists the runs of this directory, newest first, as a table and as JSON", async () => {
    expect(await ok()).toBe("No runs in this directory yet.\n");
    const first = await runOnce("What is a moon?");
    const second = await runOnce("What is\na planet?");
    const rows = (await ok("list")).trimEnd().split("\n");
    expect(rows[0]).toMatch(/^run +status +winner +cost +time +question$/);
    expect(rows.slice(1).map((row) => row.replace(/.*\d\S*s +/, ""))).toEqual(["What is a planet?", "What is a moon?"]);
    expect(JSON.parse(await ok("list", "--json"))).toMatchObject([
      { log_dir: second, status: "completed", winner: expect.stringMatching(/^agent_[ab]$/) as string },
      { log_dir: first },
    ]);
    expect(await ok()).toBe(await ok("list"));
    expect(JSON.parse(await ok("list", "--limit", "1", "--json"))).toHaveLength(1);
    const { code, err } = await massgen(["logs", "list", "--limit", "none"], sandbox);
    expect([code, err]).toEqual([1, expect.stringContaining('--limit is "none"')]);
  });

  test("sums a run up, and its tools", async () => {
    const root = await runOnce("What is a moon?");
    const text = await ok("summary");
    expect(text).toMatch(/^Question +What is a moon\?$/m);
    expect(text).toMatch(/^Winner +agent_[ab] \(.*\)$/m);
    expect(text).toContain(root);
    expect(await ok("summary", root, "--json")).toBe(
      readFileSync(join(root, "turn_1", "attempt_1", "metrics_summary.json"), "utf8"),
    );
    const used = JSON.parse(await ok("tools", "--sort", "calls", "--json")) as { name: string; call_count: number }[];
    const { by_tool } = StatusJson.parse(JSON.parse(readFileSync(join(root, "status.json"), "utf8"))).tools;
    expect(used.map(({ name }) => name).toSorted()).toEqual(Object.keys(by_tool).toSorted());
    expect(await ok("tools", root)).toMatch(used.length > 0 ? /^tool +calls/ : /^No tool was used/);
    const { code } = await massgen(["logs", "summary", sandbox.cwd], sandbox);
    expect(code).toBe(1);
  });

  test("makes a folder again that lost its files", async () => {
    const root = await runOnce("What is a moon?");
    const paths = ["status.json", "massgen.log", "coordination_table.txt", "final_output/manifest.json"].map((name) =>
      join(root, "turn_1", "attempt_1", name),
    );
    const before = paths.map((path) => readFileSync(path, "utf8"));
    for (const path of paths) rmSync(path);
    expect(await ok("rebuild", root)).toMatch(/ made again from \d+ events\n$/);
    expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(before);
  });

  test("--debug keeps every piece of streamed text and every event, and nothing else does", async () => {
    const root = await runOnce("What is a moon?");
    expect(existsSync(join(root, "turn_1", "attempt_1", "streaming_debug.log"))).toBe(false);
    const { out } = await massgen(["--automation", "--debug", "--config", team(0), "What is a moon?"], sandbox);
    const attempt = join(/^LOG_DIR: (.*)$/m.exec(out)?.[1] ?? "", "turn_1", "attempt_1");
    const debug = readFileSync(join(attempt, "streaming_debug.log"), "utf8");
    expect(debug).toMatch(/^\d\d:\d\d:\d\d\.\d{3} \| 🔹 \[agent_[ab]\] Yielding chunk: /);
    const events = readFileSync(join(attempt, "massgen_debug.log"), "utf8");
    expect(events).toMatch(/^\d\d:\d\d:\d\d\.\d{3} \| DEBUG \| run_started \| \{"question":"What is a moon\?"/);
    expect(events).toMatch(/ \| DEBUG \| run_ended \| \{"outcome":"answered","seq":\d+\}\n$/);
    expect(readFileSync(join(attempt, "execution_metadata.yaml"), "utf8")).toContain("debug: true");
  });
});

type Snippet = readonly [command: string, translated: (status: StatusJson) => unknown];

/** The one-liners of the documented examples, and what each of them means. */
const SNIPPETS: readonly Snippet[] = [
  [`jq '.coordination.completion_percentage' $STATUS_FILE`, ({ coordination }) => coordination.completion_percentage],
  [`cat $STATUS_FILE | jq ".coordination.active_agent"`, ({ coordination }) => coordination.active_agent],
  [
    `cat $STATUS_FILE | jq -s -c "[.[].agents[].error]"`,
    ({ agents }) => Object.values(agents).map(({ error }) => error),
  ],
  [`jq '.results.winner' $STATUS_FILE`, ({ results }) => results.winner],
  [
    `jq -s -c '[.[] | .agents | to_entries[] | select(.value.error != null)]' $STATUS_FILE`,
    ({ agents }) => Object.entries(agents).flatMap(([key, value]) => (value.error === null ? [] : [{ key, value }])),
  ],
  [`jq '.coordination.is_final_presentation' $STATUS_FILE`, ({ coordination }) => coordination.is_final_presentation],
  [
    `jq '[.agents[] | select(.error != null)] | length' $STATUS_FILE`,
    ({ agents }) => Object.values(agents).filter(({ error }) => error !== null).length,
  ],
];

const LOOP = `
while true; do
  COMPLETION=$(jq '.coordination.completion_percentage' $STATUS_FILE)
  if [ "$COMPLETION" -eq 100 ]; then
      echo "Coordination complete!"
      break
  fi
  sleep 0.1
done
WINNER=$(jq -r '.results.winner' $STATUS_FILE)
if [ "$WINNER" != "null" ]; then
    echo "Coordination complete! Winner: $WINNER"
fi
LOG_DIR=$(jq -r '.meta.log_dir' $STATUS_FILE)
cat "$LOG_DIR/final/$WINNER/answer.txt"
`;

describe("the documented examples", () => {
  const bash = async (script: string, file: string): Promise<string> => {
    const { stdout } = await promisify(execFile)("bash", ["-c", script], {
      cwd: sandbox.cwd,
      env: { ...sandbox.env, STATUS_FILE: file },
    });
    return stdout;
  };
  const jqWorks = async (): Promise<boolean> =>
    bash("jq --version", "").then(
      () => true,
      () => false,
    );

  test("follow a live run by either path until it is complete, and read its answer", async () => {
    const { finished, saw } = startMassgen(["--automation", "--config", team(400), "What is a moon?"], sandbox);
    const out = await saw(/^STATUS: .*$/m);
    const file = join(/^LOG_DIR: (.*)$/m.exec(out)?.[1] ?? "", "status.json");
    const hasJq = await jqWorks();
    let status: StatusJson | undefined;
    const seen = new Set<string>();
    while (!status?.is_complete) {
      const text = existsSync(file) ? readFileSync(file, "utf8") : undefined;
      if (text !== undefined && !seen.has(text)) {
        seen.add(text);
        const current = StatusJson.parse(JSON.parse(text));
        status = current;
        const copy = join(sandbox.cwd, "now.json");
        writeFileSync(copy, text);
        // Where there is no jq the translations still have to read every state.
        for (const [command, translated] of SNIPPETS) {
          const meant: unknown = JSON.parse(JSON.stringify(translated(current)));
          if (hasJq) expect(JSON.parse(await bash(command, copy)), command).toEqual(meant);
          else expect(meant, command).toBeDefined();
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(seen.size).toBeGreaterThan(1);
    const { out: all } = await finished;
    const answer = readFileSync(/^ANSWER_FILE: (.*)$/m.exec(all)?.[1] ?? "", "utf8");
    const { winner } = status.results;
    expect(readFileSync(join(status.meta.log_dir, "final", winner ?? "", "answer.txt"), "utf8")).toBe(answer);
    if (!hasJq) return;
    expect(await bash(LOOP, file)).toBe(`Coordination complete!\nCoordination complete! Winner: ${winner}\n${answer}`);
    const listed = await bash(
      `cat .massgen/massgen_logs/log_*/status.json | jq ".coordination.completion_percentage"`,
      file,
    );
    expect(listed).toBe("100\n");
    const attempt = join(status.meta.log_dir, "turn_1", "attempt_1");
    expect(await bash(`cd ${attempt} && cat agent_*/*/vote.json | jq '.reason'`, file)).toMatch(/^"/);
    expect(
      await bash(
        `cd ${attempt} && cat coordination_events.json | jq '.events[] | select(.event_type == "agent_timeout")'`,
        file,
      ),
    ).toBe("");
  });
});
