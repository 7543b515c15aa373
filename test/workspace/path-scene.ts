import { link, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Grant } from "../../src/core/workspace.ts";
import { makePipe, makeSocket, tempDir, writeFiles } from "./temp-dir.ts";

export type Scene = { readonly base: string; readonly work: string; readonly grants: readonly Grant[] };

/** `work` may be written, `docs` read, `one/file.txt` is a granted file; everything else is out of bounds. */
export async function scene(): Promise<Scene> {
  const base = await tempDir();
  const work = join(base, "work");
  await writeFiles(base, {
    "outside/secret.txt": "SECRET",
    "outside/dir/deep.txt": "SECRET",
    "work-evil/secret.txt": "SECRET",
    "one/file.txt": "inside",
    "one/secret.txt": "SECRET",
    "docs/guide.md": "inside",
    "docs/.git/config": "inside",
    "docs/.massgen/session.jsonl": "SECRET",
    "docs/.env": "SECRET",
    "docs/.env.local": "SECRET",
    "docs/.env.example": "inside",
    "docs/nested/own/x.txt": "inside",
    "work/a.txt": "inside",
    "work/sub/b.txt": "inside",
    "work/.git/hooks/pre-commit": "inside",
    "work/.env": "SECRET",
    "work/.massgen/config.yaml": "SECRET",
    "work/...": "inside",
    "work/with space/ä ö.txt": "inside",
    "work/-rf": "inside",
    "work/$HOME": "inside",
    "work/~": "inside",
    "work/*.txt": "inside",
    "work/back\\slash.txt": "inside",
    "work/new\nline.txt": "inside",
    "work/日本語/ファイル.txt": "inside",
    "work/caf\u00e9.txt": "inside",
    "work/cafe\u0301.txt": "inside",
    "work/.gitignore": "inside",
    "work/.github/workflows/ci.yml": "inside",
    "work/.environment": "inside",
    "work/a:b": "inside",
    "work/a..b": "inside",
    "work/..a": "inside",
    "work/CON": "inside",
    "work/empty.txt": "inside",
  });
  const links: Record<string, string> = {
    "link-file": "../outside/secret.txt",
    "link-file-absolute": join(base, "outside/secret.txt"),
    "link-dir": "../outside",
    "link-dir-absolute": join(base, "outside"),
    "link-up": "..",
    "link-root": "/",
    "link-chain": "link-chain-2",
    "link-chain-2": "link-file",
    "link-dangling": "../outside/new.txt",
    "link-dangling-dir": "../outside/new-dir",
    "link-loop": "link-loop",
    "link-zero": "/dev/zero",
    "link-environ": "/proc/self/environ",
    "link-cwd": "/proc/self/cwd",
    "link-fd": "/dev/fd",
    "link-env": ".env",
    "link-massgen": ".massgen",
    "link-inside": "a.txt",
    "link-dir-inside": "sub",
    "link-docs": "../docs",
  };
  for (const [name, target] of Object.entries(links)) await symlink(target, join(work, name));
  await symlink("../../outside", join(work, "sub", "out"));
  await link(join(base, "outside/secret.txt"), join(work, "hard-link"));
  makePipe(join(work, "fifo"));
  await makeSocket(join(work, "socket"));
  await mkdir(join(work, "folder"));
  await symlink(join(base, "docs"), join(base, "docs-by-link"));
  const grants: readonly Grant[] = [
    { path: work, permission: "write" },
    { path: join(base, "docs"), permission: "read" },
    { path: join(base, "docs/nested/own"), permission: "write" },
    { path: join(base, "one/file.txt"), permission: "write" },
    { path: join(base, "gone"), permission: "write" },
  ];
  return { base, work, grants };
}
