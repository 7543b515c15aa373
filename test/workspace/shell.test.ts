import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { NO_RULES, parseRule, type Permissions } from "../../src/core/permissions.ts";
import { agentTools, type AgentToolsOptions } from "../../src/tools/agent-tools.ts";
import { sample } from "../helpers/sample.ts";
import { call } from "../tools/tool-rig.ts";
import { canShutIn, CAPABILITY, listener, picture, sandboxScene } from "./sandbox-scene.ts";
import { LINES, NEVER_RUN } from "./shell-corpus.ts";

const ALL = Object.values(LINES).flat();
const UNCONFINED = "bubblewrap (bwrap) is not installed";
/** As generous as a careful user may be. */
const ALLOWED: Permissions = {
  ...NO_RULES,
  mode: "ask",
  allow: ["git status", "npm test -- --run", "ls", "echo", "true", "cat own.txt"].flatMap(
    (command) => parseRule(`run_command(${command})`) ?? [],
  ),
};

/** Counts who sends something to it. */
async function datagrams(): Promise<{ readonly port: number; readonly visits: () => number }> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  let visits = 0;
  socket.on("message", () => (visits += 1));
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  return { port: socket.address().port, visits: () => visits };
}

/** An agent with commands, everything that they are after around it, and what became of that. */
async function arena(options: (scene: Awaited<ReturnType<typeof sandboxScene>>) => AgentToolsOptions) {
  const scene = await sandboxScene([], { mayWrite: false });
  const [http, udp] = [await listener(), await datagrams()];
  const somebody = spawn("sleep", ["300"], { stdio: "ignore" });
  onTestFinished(() => void somebody.kill("SIGKILL"));
  const { permissions, unconfined, runCommand } = options(scene);
  const env = {
    BASE: scene.base,
    OTHER: `${scene.base}/run`,
    SNAPSHOTS: scene.files.snapshots,
    PORT: String(http.port),
    UDP: String(udp.port),
    PID: String(somebody.pid),
  };
  const tools = agentTools(scene.files, {
    ...(permissions && { permissions }),
    unconfined,
    runCommand: { allow: () => undefined, timeoutSeconds: 10, ...runCommand, env },
  });
  const run = tools.find(({ name }) => name === "run_command");
  if (!run) throw new Error("There is no run_command");
  const before = await picture(scene);
  /** What was done to the world; empty is well. */
  const effects = async (): Promise<readonly string[]> => {
    const after = await picture(scene);
    return [
      ...after.filter((file) => !before.includes(file)),
      ...before.filter((file) => !after.includes(file)).map((file) => `gone: ${file}`),
      ...(http.visits() > 0 ? [`${http.visits()} visits`] : []),
      ...(udp.visits() > 0 ? [`${udp.visits()} datagrams`] : []),
      ...(somebody.exitCode !== null || somebody.signalCode !== null ? ["somebody's process was killed"] : []),
      ...["/etc/massgen-canary", "/etc/cron.d/massgen-canary"].filter(existsSync),
    ];
  };
  return { run, effects };
}

test("there are as many of them as it says", () => {
  expect(new Set(ALL).size).toBeGreaterThanOrEqual(240);
});

describe(`${ALL.length} command lines that would do harm`, () => {
  test.each<[string, AgentToolsOptions]>([
    ["mode ask with rules for harmless commands", { permissions: ALLOWED }],
    ["mode auto without a sandbox", { unconfined: UNCONFINED }],
    ["mode ask without a sandbox", { permissions: ALLOWED, unconfined: UNCONFINED }],
  ])("%s: all are asked for, and without a yes none runs", async (_name, options) => {
    const { run, effects } = await arena(() => options);
    const through: string[] = [];
    for (const command of [...ALL, ...NEVER_RUN]) {
      const asked = (await run.approval({ command }))?.kind === "command";
      const { failed, output } = asked ? await call(run, { command }) : { failed: false, output: "" };
      if (!failed || !output.includes("Not permitted")) through.push(command.slice(0, 200));
    }
    expect(through).toEqual([]);
    expect(await effects()).toEqual([]);
  });

  // The denial above is what holds where nothing can be shut in.
  test.skipIf(!canShutIn)(
    `mode auto in the sandbox${CAPABILITY}: all run, none has an effect outside`,
    async () => {
      const { run, effects } = await arena(({ sandbox }) => ({ runCommand: { allow: () => undefined, sandbox } }));
      const lines = sample(ALL, 50).values();
      const wrong: string[] = [];
      const lane = async (): Promise<void> => {
        for (const command of lines) {
          expect(await run.approval({ command })).toBeUndefined();
          const { output } = await call(run, { command });
          if (output.includes("CANARY")) wrong.push(`${command}: ${output}`);
        }
      };
      await Promise.all(Array.from({ length: 4 }, lane));
      expect(wrong).toEqual([]);
      expect(await effects()).toEqual([]);
    },
    300_000,
  );
});
