import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FaultError } from "../core/fault.ts";

/** Contents of files, kept under their checksums in one directory: the same content is there once. */
export type Blobs = {
  /** Resolves with the checksum. */
  readonly put: (content: Uint8Array) => Promise<string>;
  /** Throws FaultError "disk" when it is gone or damaged. */
  readonly get: (sha256: string) => Promise<Buffer>;
};

export function openBlobs(directory: string): Blobs {
  const pathOf = (sha256: string): string => join(directory, sha256);
  return {
    async put(content) {
      const sha256 = checksum(content);
      const path = pathOf(sha256);
      const there = await stat(path).catch(() => undefined);
      if (there?.size === content.length) return sha256;
      await mkdir(directory, { recursive: true });
      const temp = join(directory, `.${randomUUID()}.tmp`);
      await writeFile(temp, content, { mode: 0o600, flag: "wx", flush: true });
      await rename(temp, path);
      return sha256;
    },
    async get(sha256) {
      const content = await readFile(pathOf(sha256)).catch(() => undefined);
      if (content !== undefined && checksum(content) === sha256) return content;
      throw new FaultError({
        code: "disk",
        message: `The kept content ${sha256.slice(0, 12)} is ${content === undefined ? "gone from" : "damaged in"} ${directory}`,
        hint: "The run's workspaces were changed or deleted. Have the work done again.",
      });
    },
  };
}

export function checksum(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
