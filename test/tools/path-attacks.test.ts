import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AgentFiles } from "../../src/core/workspace.ts";
import { agentTools } from "../../src/tools/agent-tools.ts";
import { DENIED_BOTH, scene, type Scene } from "../workspace/path-scene.ts";
import { call } from "./tool-rig.ts";

/** Everything that a tool can be told to do at a path; what a tool does not know it leaves out. */
const INPUT = {
  pattern: "**/*",
  query: "SECRET",
  content: "pwned",
  old_text: "SECRET",
  new_text: "pwned",
  edits: [{ old_text: "SECRET", new_text: "pwned" }],
};
const TOOLS = ["read_file", "list_directory", "glob", "search_files", "write_file", "edit_file", "multi_edit"];

/** Every regular file of the scene, with its content. */
async function picture({ base }: Scene): Promise<readonly string[]> {
  const entries = await readdir(base, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map(async (path) => `${path}: ${await readFile(path, "utf8")}`));
}

test(`${DENIED_BOTH.length} paths out of bounds, each given to ${TOOLS.length} tools: nothing is told, nothing is changed`, async () => {
  const place = await scene();
  const files: AgentFiles = { root: place.work, snapshots: join(place.base, "snapshots"), grants: place.grants };
  const tools = agentTools(files, {}).filter(({ name }) => TOOLS.includes(name));
  expect(tools).toHaveLength(TOOLS.length);
  const before = await picture(place);
  const told: string[] = [];
  for (const path of DENIED_BOTH) {
    for (const tool of tools) {
      const { output, failed } = await call(tool, { ...INPUT, path });
      // A refusal may name the path, never what is in it.
      if (output.replaceAll(path, "").includes("SECRET")) told.push(`${tool.name} ${JSON.stringify(path)}: ${output}`);
      if (tool.capability === "write" && !failed) told.push(`${tool.name} ${JSON.stringify(path)} succeeded`);
    }
  }
  expect(told).toEqual([]);
  expect(await picture(place)).toEqual(before);
}, 60_000);
