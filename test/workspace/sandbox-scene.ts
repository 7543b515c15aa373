import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AgentFiles } from "../../src/core/workspace.ts";
import { childEnvironment } from "../../src/workspace/child-environment.ts";
import { runCommand, type CommandResult } from "../../src/workspace/process-group.ts";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import { findSandbox, openSandbox, type Sandbox } from "../../src/workspace/sandbox.ts";
import { tempDir, writeFiles } from "./temp-dir.ts";

const found = await findSandbox(process.platform, process.env["PATH"] ?? "");
export const canShutIn = !("missing" in found);
/** For the names of tests that need a sandbox. */
export const CAPABILITY = canShutIn ? "" : " [skipped-by-capability: this machine has no sandbox]";

export const SECRET = "TOP-SECRET-CANARY";

export type Scene = {
  /** Everything lies below it: `home`, `project` (read), `writable` (write), `outside`, the run. */
  readonly base: string;
  readonly files: AgentFiles;
  /** Undefined where there is none. */
  readonly sandbox: Sandbox | undefined;
  readonly run: (shell: string) => Promise<CommandResult>;
};

/** An agent in a sandbox, and around it everything that it must not reach. */
export async function sandboxScene(allowedHosts: readonly string[] = [], { mayWrite = true } = {}): Promise<Scene> {
  const base = await tempDir();
  await writeFiles(base, {
    "home/.ssh/id_ed25519": SECRET,
    "home/.config/massgen/.env": `OPENAI_API_KEY=${SECRET}`,
    "home/notes.txt": SECRET,
    "outside/secret.txt": SECRET,
    "outside/canary.txt": "untouched",
    "project/guide.md": "a guide\n",
    "project/.env": SECRET,
    "project/app/.env.local": SECRET,
    "project/.massgen/config.yaml": SECRET,
    "project/.git/config": "[core]\n",
    "project/.git/hooks/pre-commit": "untouched",
    "writable/notes.md": "notes\n",
    "writable/.env": SECRET,
    "writable/.git/config": "untouched",
    "writable/.git/hooks/pre-commit": "untouched",
  });
  await symlink(join(base, "outside", "secret.txt"), join(base, "project", "link.txt"));
  const before = process.env["HOME"];
  process.env["HOME"] = join(base, "home");
  onTestFinished(() => void (process.env["HOME"] = before));
  const workspaces = await createRunWorkspaces({
    directory: join(base, "run"),
    agents: [
      { id: "ada", number: 1 },
      { id: "bob", number: 2 },
    ],
    contextPaths: [
      { path: join(base, "project"), permission: "read" },
      { path: join(base, "writable"), permission: "write" },
    ],
  });
  const granted = workspaces.filesOf("ada");
  // A run lets nobody write to the user's own files; the sandbox does what grants say all the same.
  const writable = { path: join(base, "writable"), permission: "write" } as const;
  const files = {
    ...granted,
    grants: granted.grants.map((one) => (mayWrite && one.path === writable.path ? writable : one)),
  };
  const other = workspaces.filesOf("bob");
  await writeFiles(other.root, { "plan.txt": SECRET });
  await writeFiles(files.root, { "own.txt": "mine\n" });
  await mkdir(join(files.snapshots, "agent2.1"), { recursive: true });
  await writeFiles(files.snapshots, { "agent2.1/answer.md": "an answer\n" });
  const sandbox = canShutIn ? await requiredSandbox(allowedHosts) : undefined;
  return {
    base,
    files,
    sandbox,
    run: async (shell) =>
      runCommand({
        shell,
        cwd: files.root,
        env: childEnvironment({ BASE: base, OTHER: other.root, SNAPSHOTS: files.snapshots }),
        timeoutMs: 10_000,
        maxOutputBytes: 100_000,
        signal: new AbortController().signal,
        enclosure: await sandbox?.enclose(files),
      }),
  };
}

async function requiredSandbox(allowedHosts: readonly string[]): Promise<Sandbox> {
  const { sandbox } = await openSandbox({ mode: "require", allowedHosts });
  if (!sandbox) throw new Error("There is a sandbox, and yet there is none");
  onTestFinished(sandbox.close);
  return sandbox;
}

/** A server that counts who came. */
export async function listener(): Promise<{ readonly port: number; readonly visits: () => number }> {
  let visits = 0;
  const server = createServer((_, reply) => reply.end("hello from outside\n"));
  server.on("connection", () => (visits += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, visits: () => visits };
}

/** Every file around the agent's own directory, with its content. */
export async function picture({ base, files }: Pick<Scene, "base" | "files">): Promise<readonly string[]> {
  const entries = await readdir(base, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const others = paths.filter((path) => !path.startsWith(`${files.root}/`)).sort();
  return Promise.all(others.map(async (path) => `${path}: ${await readFile(path, "utf8")}`));
}
