import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTask, type TaskOutcome } from "../../src/app/run-task.ts";
import type { StatusJson } from "../../src/core/run/status-schema.ts";
import { type ModelScript, type SeenRequest, startModelServer } from "../helpers/model-server.ts";
import { anyPath, KEY, type WireCase } from "../models/model-harness.ts";

export type TeamRun = {
  readonly outcome: TaskOutcome;
  readonly status: StatusJson;
  readonly durationMs: number;
};

export type Member = { readonly id: string; readonly url: string };

export type TeamSettings = {
  readonly orchestrator?: Readonly<Record<string, unknown>>;
  readonly timeouts?: Readonly<Record<string, number>>;
};

/** A whole run of a team over one wire, in a directory of its own that is gone afterwards. */
export async function runTeam(
  wire: WireCase,
  members: readonly Member[],
  { orchestrator = {}, timeouts = {} }: TeamSettings = {},
): Promise<TeamRun> {
  const cwd = await mkdtemp(join(tmpdir(), "massgen-faults-"));
  try {
    const config = join(cwd, "team.yaml");
    const agents = members.map(({ id, url }) => ({
      id,
      system_message: `Your name is ${id}.`,
      backend: {
        type: wire.type,
        model: wire.model,
        base_url: anyPath(url).baseUrl(wire.type),
        api_key_env: "TEST_KEY",
        retry_base_ms: 1,
      },
    }));
    const timeout = { orchestrator_timeout_seconds: 40, idle_timeout_seconds: 10, ...timeouts };
    await writeFile(config, JSON.stringify({ agents, orchestrator, timeout_settings: timeout }));
    const env = { HOME: cwd, XDG_CONFIG_HOME: cwd, TEST_KEY: KEY };
    const startedAt = performance.now();
    const task = await startTask({ question: "How many moons has Mars?", cwd, env, configRef: config, dryRun: false });
    const outcome = await task.done;
    const durationMs = performance.now() - startedAt;
    const status = JSON.parse(await readFile(join(task.logs.attempt, "status.json"), "utf8")) as StatusJson;
    return { outcome, status, durationMs };
  } finally {
    await rm(cwd, { recursive: true, force: true, maxRetries: 3 });
  }
}

export type GoodMembers = { readonly members: readonly Member[]; readonly close: () => Promise<void> };

/** Bob and cyd, second and third in the team: both answer, both vote for bob, and bob presents. */
export async function goodMembers(): Promise<GoodMembers> {
  const server = await startModelServer(plainMember);
  const members = ["bob", "cyd"].map((id) => ({ id, url: server.url }));
  return { members, close: server.close };
}

const plainMember: ModelScript = (request) => {
  const name = nameOf(request);
  if (request.tools.includes("vote")) {
    return { calls: [{ name: "vote", input: { agent_id: "agent2", reason: "complete" } }] };
  }
  if (request.tools.includes("new_answer")) {
    return { calls: [{ name: "new_answer", input: { content: `Two, says ${name}.` } }] };
  }
  return { text: "Phobos and Deimos." };
};

function nameOf({ system }: SeenRequest): string {
  return /Your name is (\w+)/.exec(system)?.[1] ?? "nobody";
}
