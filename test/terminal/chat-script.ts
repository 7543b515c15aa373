import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTerminal, type Terminal } from "../helpers/terminal.ts";
import { MASSGEN, type Sandbox } from "../helpers/cli.ts";
import type { ModelScript, SeenRequest, ScriptedReply } from "../helpers/model-server.ts";

export const ANSWER = "Use the ws library: one handler per connection, heartbeats every 30 seconds.";

/** Plays the lead and three agents over any wire: what a good model would do, decided from what the request holds. */
export const goodModel: ModelScript = (request) => {
  if (request.tools.includes("launch_run")) return leadReply(request);
  if (request.tools.includes("new_answer") || request.tools.includes("vote")) return agentReply(request);
  return { text: `${ANSWER} Tested with 3 clients.` };
};

function leadReply({ messages, system }: SeenRequest): ScriptedReply {
  const last = messages.at(-1)?.text ?? "";
  if (last.includes("Run 1 started")) return { text: "The team is at work." };
  if (last.includes("<run_report")) {
    return {
      calls: [
        { name: "save_deliverable", input: { name: "websocket.md", content: ANSWER } },
        {
          name: "update_context",
          input: { section: "State", text: "WebSocket support: done in run 1.", mode: "append" },
        },
      ],
    };
  }
  if (last.includes("user_came_back")) {
    const known = /WebSocket support: done/.test(system)
      ? "WebSocket support is done, says CONTEXT.md"
      : "nothing is known";
    return {
      text: `Where things stand: ${known}. Deliverable: ${/websocket\.md/.exec(system)?.[0] ?? "none"}. Shall I add tests next?`,
    };
  }
  if (messages.at(-1)?.role === "tool" && messages.some(({ text }) => text.includes("<run_report"))) {
    return { text: "**ada won** with 3 of 3 votes, because it handles reconnects." };
  }
  if (messages.at(-1)?.role === "tool")
    return { text: "The auth module **verifies the token** of a request (`src/auth.js:2`)." };
  if (last.includes("WebSocket")) {
    return {
      text: "That is work for the team.",
      calls: [{ name: "launch_run", input: { task: "Add WebSocket support to the API server" } }],
    };
  }
  return { calls: [{ name: "read_file", input: { path: "src/auth.js" } }] };
}

function agentReply({ tools, model }: SeenRequest): ScriptedReply {
  if (tools.includes("vote"))
    return { calls: [{ name: "vote", input: { agent_id: "agent1", reason: "it handles reconnects" } }] };
  return { text: "thinking", calls: [{ name: "new_answer", input: { content: `${ANSWER} (${model})` } }] };
}

/** A small repository to talk about. */
export function makeRepository({ cwd }: Sandbox): void {
  mkdirSync(join(cwd, "src"));
  writeFileSync(
    join(cwd, "src", "auth.js"),
    "// Checks who is asking.\nexport function auth(request) {\n  return verify(request.token);\n}\n",
  );
  writeFileSync(join(cwd, "README.md"), "# API server\n");
}

/** Three agents of one backend type at a test server; the key comes from the environment. */
export function writeTeam({ cwd }: Sandbox, type: string, baseUrl: string): string {
  const agents = ["ada", "bob", "cyd"].map(
    (id) =>
      `  - id: ${id}\n    backend: {type: ${type}, model: model-of-${id}, base_url: "${baseUrl}", api_key: "\${TEST_KEY}"}\n`,
  );
  const path = join(cwd, "team.yaml");
  writeFileSync(path, `agents:\n${agents.join("")}`);
  return path;
}

export function openChatTerminal(
  { cwd, env }: Sandbox,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cols?: number; readonly rows?: number } = {},
): Promise<Terminal> {
  const { cols = 100, rows = 30 } = options;
  return openTerminal({
    command: process.execPath,
    args: [MASSGEN, ...args],
    cwd,
    env: { ...env, ...options.env },
    cols,
    rows,
  });
}

/** Types a line as a person does: text, then Enter once it shows. */
export async function say(terminal: Terminal, text: string): Promise<void> {
  terminal.type(text);
  await terminal.waitFor((screen) => screen.includes(`❯ ${text}`));
  terminal.press("enter");
}

/** Presses a key of the approval card once it listens: it is inert until nobody has typed for a moment. */
export async function approve(terminal: Terminal): Promise<void> {
  await terminal.waitFor(/y · e · n/);
  terminal.type("y");
  await terminal.waitFor((screen) => !screen.includes("Run approval"));
}
