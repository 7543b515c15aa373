import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { REDACTED } from "../../src/core/redact.ts";
import { makeSandbox, massgen, type Finished, type Sandbox } from "../helpers/cli.ts";
import { type ModelServer, type SeenRequest, type ScriptedReply, startModelServer } from "../helpers/model-server.ts";

/** The key of the team, as the environment has it. */
const KEY = 'Zx9"k/3+mVQ?8~wLr5&nT2';
const bytes = Buffer.from(KEY);
/** B11: one secret in eight encodings. */
const ENCODINGS: Readonly<Record<string, string>> = {
  raw: KEY,
  base64: bytes.toString("base64"),
  base64url: bytes.toString("base64url"),
  hex: bytes.toString("hex"),
  "URL-encoded": encodeURIComponent(KEY),
  "JSON-escaped": JSON.stringify(KEY).slice(1, -1),
  "in a bEARER header": `bEARER ${KEY}x`,
  "in two parts of a stream": `${KEY}, cut`,
};
/** Others: in the user's .env, typed by the user, in a file that a tool reads. */
const OTHERS: Readonly<Record<string, string>> = {
  "of .env": "mg-4f9a8b7c6d5e4f3a2b1c",
  "typed by the user": "sk-ant-api03-q9W8e7R6t5Y4u3I2o1P0",
  "in a file": "ghp_q9W8e7R6t5Y4u3I2o1P0a9S8d7F6g5H4j3K2",
};
const ALL = Object.values({ ...ENCODINGS, ...OTHERS }).join(" | ");

let sandbox: Sandbox;
let server: ModelServer;
let end: Finished;
/** Everything that is written or sent, by name. */
let sinks: Readonly<Record<string, string>>;

/** A model that has got hold of everything and puts it wherever it can. */
function spill({ tools, messages, system }: SeenRequest): ScriptedReply {
  const used = messages.filter(({ role }) => role === "tool").length;
  const said = { text: `I say ${ALL}`, reasoning: `I think ${ALL}`, chunks: 37 };
  if (tools.includes("vote")) return { ...said, calls: [{ name: "vote", input: { agent_id: "agent1", reason: ALL } }] };
  if (!tools.includes("new_answer")) return said;
  const file = /\S+\/notes\b/.exec(`${system}\n${messages.map(({ text }) => text).join("\n")}`)?.[0] ?? "notes";
  const turns: readonly ScriptedReply["calls"][] = [
    [{ name: "run_command", input: { command: `cat ${file}/all.txt; echo "${OTHERS["in a file"]}" >&2` } }],
    [{ name: "read_file", input: { path: `${file}/all.txt` } }],
    [{ name: "search_files", input: { query: KEY, path: file } }],
    [{ name: "write_file", input: { path: `${KEY.slice(0, 3)}/x`, content: "harmless" } }],
    [{ name: "no_such_tool", input: { [KEY]: ALL } }],
  ];
  return { ...said, calls: turns[used] ?? [{ name: "new_answer", input: { content: `The answer is ${ALL}` } }] };
}

beforeEach(async () => {
  sandbox = makeSandbox();
  let failed = false;
  server = await startModelServer((request) => {
    if (failed) return spill(request);
    failed = true;
    return { status: 503, text: `Overloaded. Your request was ${ALL}`, retryAfter: "0" };
  });
  mkdirSync(join(sandbox.cwd, "notes"));
  writeFileSync(join(sandbox.cwd, "notes", "all.txt"), `${ALL}\n`);
  mkdirSync(join(sandbox.env["HOME"] ?? "", ".config", "massgen"), { recursive: true });
  const others = join(sandbox.env["HOME"] ?? "", ".config", "massgen", ".env");
  writeFileSync(others, `SOME_API_KEY=${OTHERS["of .env"]}\n`, { mode: 0o600 });
  const backend = `type: chatcompletion, model: m, base_url: "${server.baseUrl("chatcompletion")}", api_key_env: TEAM_KEY, enable_mcp_command_line: true`;
  const agents = ["ada", "bob"].map((id) => `  - {id: ${id}, backend: {${backend}}}\n`).join("");
  const context = `orchestrator: {context_paths: [{path: notes, permission: read}]}\n`;
  writeFileSync(join(sandbox.cwd, "team.yaml"), `agents:\n${agents}${context}permissions: {allow: [run_command]}\n`);
  const env = { ...sandbox.env, TEAM_KEY: KEY };
  const question = `What is ${OTHERS["typed by the user"]}?`;
  end = await massgen(["--automation", "--json", "--debug", "--config", "team.yaml", question], {
    cwd: sandbox.cwd,
    env,
  });
  sinks = {
    stdout: end.out,
    stderr: end.err,
    ...Object.fromEntries(server.requests.map(({ body }, index) => [`request ${index}`, JSON.stringify(body)])),
    ...filesBelow(join(sandbox.cwd, ".massgen", "massgen_logs")),
    ...filesBelow(sandbox.env["HOME"] ?? "", others),
  };
});

afterEach(async () => {
  await server.close();
  sandbox.remove();
});

function filesBelow(directory: string, but = ""): Readonly<Record<string, string>> {
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths
      .filter((path) => path !== but)
      .map((path) => [relative(directory, path), `${path}\n${readFileSync(path, "utf8")}`]),
  );
}

describe("secrets", () => {
  test("are in nothing that is written, printed or sent, in any encoding", () => {
    expect(end.code, end.err).toBe(0);
    const hits: string[] = [];
    let looks = 0;
    for (const [sink, text] of Object.entries(sinks)) {
      for (const [name, secret] of Object.entries({ ...ENCODINGS, ...OTHERS })) {
        looks += 1;
        // A secret in a JSON file is written as JSON writes it.
        if (text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)))
          hits.push(`${name} in ${sink}`);
      }
    }
    expect(hits).toEqual([]);
    expect(looks).toBeGreaterThanOrEqual(200);
    // They did come by.
    for (const name of ["stdout", /journal\.jsonl$/, /answer\.txt$/, /vote\.json$/, /streaming_debug\.log$/]) {
      const [, text] =
        Object.entries(sinks).find(([sink]) => (typeof name === "string" ? sink === name : name.test(sink))) ?? [];
      expect(text, String(name)).toContain(REDACTED);
    }
    expect(server.requests.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true);
  });
});
