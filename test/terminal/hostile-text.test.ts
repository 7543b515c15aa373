import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeSandbox, MASSGEN, massgen, type Sandbox } from "../helpers/cli.ts";
import { HOSTILE, rawControls } from "../helpers/hostile-text.ts";
import { type ModelServer, type ScriptedReply, type SeenRequest, startModelServer } from "../helpers/model-server.ts";
import { openTerminal, type Terminal } from "../helpers/terminal.ts";
import { approve, openChatTerminal, say } from "./chat-script.ts";

let sandbox: Sandbox;
let server: ModelServer;
let terminal: Terminal | undefined;

/** All payloads, each named after where it is put. */
function hostile(sink: string): string {
  return HOSTILE.map((payload, index) => `${sink}-${index} ${payload}`).join("\n");
}

/** Plays the lead and the agents, and says everything as badly as it can. */
function reply({ tools, messages }: SeenRequest): ScriptedReply {
  const said = { text: hostile("text"), reasoning: hostile("reasoning"), chunks: 211 };
  const results = messages.filter(({ role }) => role === "tool").length;
  if (tools.includes("launch_run")) {
    const last = messages.at(-1)?.text ?? "";
    if (last.includes("<run_report")) return { ...said, text: `${hostile("report")} the end` };
    if (last.includes("Run 1 started")) return { text: "at work" };
    if (results === 0) return { ...said, calls: [{ name: "read_file", input: { path: hostile("path") } }] };
    if (results === 1)
      return { ...said, calls: [{ name: hostile("tool"), input: { [hostile("key")]: hostile("value") } }] };
    if (results === 2) return { ...said, calls: [{ name: "list_directory", input: { path: "files" } }] };
    const proposal = {
      task: hostile("task"),
      title: hostile("title"),
      context: hostile("context"),
      why: hostile("why"),
    };
    return { ...said, calls: [{ name: "launch_run", input: proposal }] };
  }
  if (tools.includes("vote")) {
    return { ...said, calls: [{ name: "vote", input: { agent_id: "agent1", reason: hostile("reason") } }] };
  }
  if (!tools.includes("new_answer")) return { ...said, text: hostile("final") };
  if (results === 0) return { ...said, calls: [{ name: "search_files", input: { query: hostile("query") } }] };
  return { ...said, calls: [{ name: "new_answer", input: { content: hostile("answer") } }] };
}

beforeEach(async () => {
  sandbox = makeSandbox();
  let refused = 0;
  server = await startModelServer((request) => {
    // The first one's model is overloaded for a while, another's refuses for good.
    if (request.model === "model-of-cyd") return { status: 400, text: hostile("refusal") };
    if (request.tools.includes("new_answer") && refused++ === 0)
      return { status: 503, text: hostile("error"), retryAfter: "0" };
    return reply(request);
  });
  const backend = `type: chatcompletion, base_url: "${server.baseUrl("chatcompletion")}"`;
  const agents = ["ada", "bob", "cyd"].map((id) => `  - {id: ${id}, backend: {${backend}, model: model-of-${id}}}\n`);
  const unknown = HOSTILE.map((payload, index) => `${JSON.stringify(`${index} ${payload.toWellFormed()}`)}: 1\n`);
  writeFileSync(join(sandbox.cwd, "team.yaml"), `agents:\n${agents.join("")}${unknown.join("")}`);
  mkdirSync(join(sandbox.cwd, "files"));
  for (const [index, payload] of HOSTILE.entries()) {
    const name = `file-${index} ${payload.toWellFormed().replaceAll(/[/\0]/g, "")}`.slice(0, 80);
    writeFileSync(join(sandbox.cwd, "files", name), "");
  }
});
afterEach(async () => {
  await terminal?.kill();
  await server.close();
  sandbox.remove();
});

test("nothing that a model, a file or a provider says steers the terminal of the chat", async () => {
  const chat = (terminal = await openChatTerminal(sandbox, ["--config", "team.yaml"], { cols: 120, rows: 50 }));
  await chat.inputReady();
  await chat.waitFor("? for help");
  await say(chat, "Go on");
  await approve(chat);
  await chat.waitFor(/the end/, { timeoutMs: 30_000 });
  const raw = chat.raw();
  for (const sink of ["text", "path", "tool", "task", "report"]) expect(raw, sink).toMatch(new RegExp(`${sink}-\\d+ `));
  chat.type("@fi");
  await chat.waitFor(/file-\d/);
  await chat.kill();
  expect(rawControls(chat.raw())).toEqual([]);
});

test(`nor that of one task, a pipe, or what lists and shows runs afterwards: ${HOSTILE.length} payloads on stdout and in status.json`, async () => {
  const once = (terminal = await openTerminal({
    command: process.execPath,
    args: [MASSGEN, "--config", "team.yaml", `Why? ${HOSTILE[0]}`],
    cwd: sandbox.cwd,
    env: sandbox.env,
  }));
  await once.exited;
  expect(once.raw()).toMatch(/(?:final|answer)-\d+ /);
  expect(rawControls(once.raw())).toEqual([]);

  const question = hostile("question").replaceAll("\n", " ").replaceAll("\0", "");
  const scripted = await massgen(["--automation", "--json", "--config", "team.yaml", question], sandbox);
  expect(scripted.code, scripted.err).toBe(0);
  const status = readFileSync(/^STATUS: (.*)$/m.exec(scripted.out)?.[1] ?? "", "utf8");
  const missing = HOSTILE.flatMap((_, index) =>
    [`question-${index} `, `final-${index} `].filter(
      (tag) => !scripted.out.includes(tag) || (tag.startsWith("q") && !status.includes(tag)),
    ),
  );
  expect(missing).toEqual([]);
  const others = [
    ["--config", "team.yaml", question],
    ["runs"],
    ["logs"],
    ["logs", "summary"],
    ["logs", "tools"],
    [question],
  ];
  const said = [scripted, ...(await Promise.all(others.map((args) => massgen(args, sandbox))))];
  for (const { out, err } of said) expect(rawControls(out + err)).toEqual([]);
  const logs = join(sandbox.cwd, ".massgen", "massgen_logs");
  const files = readdirSync(logs, { withFileTypes: true, recursive: true }).filter(
    (entry) => /\.jsonl?$/.test(entry.name) && entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(10);
  // JSON has no raw control characters below a space.
  // oxlint-disable-next-line no-control-regex -- that is what is looked for
  for (const { parentPath, name } of files)
    expect(readFileSync(join(parentPath, name), "utf8")).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});
