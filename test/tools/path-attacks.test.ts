import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createAttachments } from "../../src/app/attachments.ts";
import type { Entry } from "../../src/core/patch.ts";
import type { AgentFiles } from "../../src/core/workspace.ts";
import { agentTools } from "../../src/tools/agent-tools.ts";
import { leadTools } from "../../src/tools/lead-tools.ts";
import { applyPatch, undoPatch } from "../../src/workspace/apply-patch.ts";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import { openRunBlobs } from "../../src/workspace/working-copies.ts";
import { sample } from "../helpers/sample.ts";
import { DENIED_BOTH, DENIED_WRITES } from "../workspace/path-corpus.ts";
import { scene, type Scene } from "../workspace/path-scene.ts";
import { makePipe } from "../workspace/temp-dir.ts";
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
const READERS = ["read_file", "list_directory", "glob", "search_files", "git_diff"];
const WRITERS = ["write_file", "edit_file", "multi_edit"];

/** Every regular file of the scene, with its content; what a run keeps for itself left out. */
async function picture({ base }: Scene): Promise<readonly string[]> {
  return (await contents(base)).filter((text) => !text.startsWith(`${base}/run/`));
}

async function contents(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map(async (path) => `${path}: ${await readFile(path, "utf8")}`));
}

const ALL = [...DENIED_BOTH, ...DENIED_WRITES];
/** As a link can hold them. */
const TARGETS = DENIED_BOTH.filter((path) => path !== "" && !path.includes("\0"));
const absolute = ({ work }: Scene, path: string): string => (path.startsWith("/") ? path : `${work}/${path}`);

describe(`${ALL.length} paths out of bounds`, () => {
  test(`each given to ${READERS.length + WRITERS.length} tools: nothing is told, nothing is changed`, async () => {
    const place = await scene();
    const files: AgentFiles = { root: place.work, snapshots: join(place.base, "snapshots"), grants: place.grants };
    const known = [...agentTools(files, {}), ...leadTools(files)];
    const tools = [...READERS, ...WRITERS].map((name) => known.find((tool) => tool.name === name));
    const before = await picture(place);
    const told: string[] = [];
    // Each starts a program, or searches the whole directory.
    const slow = new Set(sample(DENIED_BOTH, 15));
    for (const path of ALL) {
      const mayRead = DENIED_WRITES.includes(path);
      for (const tool of tools) {
        if (!tool) throw new Error("A tool has another name now");
        if (mayRead && tool.capability !== "write") continue;
        if (tool.name === "git_diff" && !slow.has(path)) continue;
        const { output, failed } = await call(tool, { ...INPUT, path });
        const what = `${tool.name} ${JSON.stringify(path)}`;
        // A refusal may name the path, never what is in it.
        if (output.replaceAll(path, "").includes("SECRET")) told.push(`${what}: ${output}`);
        if (tool.capability === "write" && !failed) told.push(`${what} succeeded`);
        if (tool.name !== "glob" || !slow.has(path)) continue;
        const found = await call(tool, { pattern: path });
        if (/secret|deep\.txt|passwd/i.test(found.output.replaceAll(path, "")))
          told.push(`pattern ${what}: ${found.output}`);
      }
    }
    expect(told).toEqual([]);
    expect(await picture(place)).toEqual(before);
  }, 60_000);

  test(`as the targets of ${TARGETS.length} links: no snapshot, no copy of the user's files and no patch follows one`, async () => {
    const place = await scene();
    const project = join(place.base, "project");
    await mkdir(project);
    for (const [index, path] of TARGETS.entries()) await symlink(absolute(place, path), join(project, `link-${index}`));
    const run = join(place.base, "run");
    const workspaces = await createRunWorkspaces({
      directory: run,
      agents: [{ id: "ada", number: 1 }],
      contextPaths: [{ path: project, permission: "write" }],
    });
    const files = workspaces.filesOf("ada");
    for (const [index, path] of TARGETS.entries())
      await symlink(absolute(place, path), join(files.root, `own-${index}`));
    const links = TARGETS.flatMap((_, index) => [`own-${index}`, `project/link-${index}`]);
    const before = await picture(place);
    const told: string[] = [];
    for (const tool of agentTools(files, {}).filter(({ name }) => [...READERS, ...WRITERS].includes(name))) {
      for (const name of sample(links, 80)) {
        const { output } = await call(tool, { ...INPUT, path: name });
        if (output.includes("SECRET") || /root:.*:0:0/.test(output)) told.push(`${tool.name} ${name}: ${output}`);
      }
    }
    expect(told).toEqual([]);
    expect(await workspaces.snapshot("ada", "agent1.1")).toMatchObject({ path: null, files: [] });
    expect(await picture(place)).toEqual(before);
    expect((await contents(run)).filter((text) => text.includes("SECRET"))).toEqual([]);
  }, 60_000);

  test("as the paths of a patch, and of the record of one that is to be undone: nothing is changed", async () => {
    const place = await scene();
    const run = join(place.base, "run");
    await mkdir(run);
    const blobs = openRunBlobs(run);
    const file = async (text: string): Promise<Entry> => {
      const content = Buffer.from(text);
      return { kind: "file", sha256: await blobs.put(content), bytes: content.length, mode: 0o644 };
    };
    const [secret, pwned] = [await file("SECRET"), await file("pwned")];
    const before = await picture(place);
    const wrong: string[] = [];
    const record = join(run, "applied.json");
    for (const path of DENIED_BOTH.filter((one) => one !== "")) {
      for (const was of [secret, null]) {
        const change = { path, before: was, after: pwned };
        const done = await applyPatch(
          { parts: [{ root: place.work, changes: [change], leftOut: [] }] },
          { label: "agent1.1", at: 1 },
          { blobs, record },
        ).catch(() => undefined);
        const step = { root: place.work, path, was: pwned, becomes: was };
        const back = { label: "agent1.1", at: 1, state: "applied" as const, steps: [step], makes: [], removed: [] };
        const undone = await undoPatch(
          { ...back, steps: [{ ...step, was: pwned, becomes: secret }] },
          { blobs, record },
        ).catch(() => undefined);
        if (done?.kind === "done" && done.steps.length > 0) wrong.push(`applied ${JSON.stringify(path)}`);
        if (undone?.kind === "done" && undone.steps.length > 0) wrong.push(`undone ${JSON.stringify(path)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await picture(place)).toEqual(before);
  }, 60_000);

  test("as files that the user mentions: whoever waits for one is answered, and no words of it are said", async () => {
    const place = await scene();
    const { mentioned } = createAttachments({ cwd: place.work, env: {}, type: () => "openai", shown: () => 0 });
    for (const [index, path] of TARGETS.entries())
      await symlink(absolute(place, path), join(place.work, `mention-${index}.png`));
    makePipe(join(place.work, "pipe.png"));
    const said: string[] = [];
    for (const name of ["pipe", ...TARGETS.map((_, index) => `mention-${index}`)]) {
      const outcome = await mentioned({ text: `look at @${name}.png`, images: [] }).catch((error: unknown) =>
        String(error),
      );
      said.push(JSON.stringify(outcome));
    }
    expect(said.filter((text) => text.includes("SECRET"))).toEqual([]);
  }, 20_000);
});
