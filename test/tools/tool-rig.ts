import { join } from "node:path";
import type { AgentFiles } from "../../src/core/workspace.ts";
import { runCall, type Tool, type ToolOutcome } from "../../src/core/tool.ts";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import { tempDir, writeFiles } from "../workspace/temp-dir.ts";

/** The files of an agent with a workspace that holds `files`, and a read-only context path `../../../context`. */
export async function agentFiles(files: Readonly<Record<string, string>> = {}): Promise<AgentFiles> {
  const base = await tempDir();
  await writeFiles(base, { "context/guide.md": "a guide\n", "outside/secret.txt": "SECRET" });
  const workspaces = await createRunWorkspaces({
    directory: join(base, "run"),
    agents: [{ id: "ada", number: 1 }],
    contextPaths: [{ path: join(base, "context"), permission: "read" }],
  });
  const agent = workspaces.filesOf("ada");
  await writeFiles(agent.root, files);
  return agent;
}

/** What the model gets to read when it calls the tool. */
export async function call(tool: Tool, input: unknown, signal = new AbortController().signal): Promise<ToolOutcome> {
  return runCall([tool], { id: "1", name: tool.name, input }, { signal, progress: () => undefined });
}

export async function outputOf(tool: Tool, input: unknown): Promise<string> {
  const { output, failed } = await call(tool, input);
  if (failed) throw new Error(`The call failed: ${output}`);
  return output;
}

export async function failureOf(tool: Tool, input: unknown): Promise<string> {
  const { output, failed } = await call(tool, input);
  if (!failed) throw new Error(`The call did not fail: ${output}`);
  return output;
}
