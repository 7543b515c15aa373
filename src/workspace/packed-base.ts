import {
  closeSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { lstat, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { FaultError } from "../core/fault.ts";
import { pause } from "../core/pause.ts";
import type { Base, Fill, Stamp } from "./base.ts";
import { createFileCopier, openSource, SMALL } from "./copy-file.ts";
import { createDirectories } from "./directories.ts";

/** What became of an entry: a small file lies in CONTENTS from `at` on, a large one is a file of its own. */
const Kept = z.discriminatedUnion("as", [
  z.object({ as: z.literal("part"), mode: z.int(), at: z.int(), size: z.int() }),
  z.object({ as: z.literal("file"), number: z.int() }),
  z.object({ as: z.literal("link"), target: z.string() }),
]);
type Part = Extract<z.infer<typeof Kept>, { as: "part" }>;
const Entries = z.array(z.tuple([z.string(), Kept]));

const CONTENTS = "contents";
const ENTRIES = "entries.json";

/** Keeps a base as one file with all small files in it: it is making files that takes time, not filling them. */
export async function growPacked(directory: string, fill: Fill): Promise<void> {
  const copyFile = createFileCopier();
  const contents = createContents(join(directory, CONTENTS));
  const entries: z.infer<typeof Entries> = [];
  let large = 0;
  try {
    await fill(async (from, path, kind) => {
      if (kind === "link") return void entries.push([path, { as: "link", target: readlinkSync(from) }]);
      const part = contents.add(from);
      if (part !== undefined) return void entries.push([path, part]);
      const number = ++large;
      await copyFile(from, largeFile(directory, number));
      entries.push([path, { as: "file", number }]);
    });
    contents.flush();
  } finally {
    contents.close();
  }
  await writeFile(join(directory, ENTRIES), JSON.stringify(entries), { mode: 0o600 });
}

export async function openPacked(directory: string): Promise<Base> {
  const kept = new Map(Entries.parse(JSON.parse(await readFile(join(directory, ENTRIES), "utf8"))));
  const contents = join(directory, CONTENTS);
  return {
    entries: new Map([...kept].map(([path, { as }]) => [path, as === "link" ? "link" : "file"])),
    async copyTo(to) {
      const copyFile = createFileCopier();
      const placeFor = createDirectories(to);
      const stamps = new Map<string, Stamp>();
      const source = openSync(contents, "r");
      try {
        for (const [path, one] of kept) {
          const target = placeFor(path);
          if (one.as === "part") stamps.set(path, unpack(source, one, target));
          else if (one.as === "file") stamps.set(path, await copyFile(largeFile(directory, one.number), target));
          else stamps.set(path, link(one.target, target));
          await pause();
        }
      } finally {
        closeSync(source);
      }
      return stamps;
    },
    async entryAt(path, blobs) {
      const one = kept.get(path);
      if (one === undefined) throw new FaultError({ code: "bug", message: `Nothing was kept of "${path}"` });
      if (one.as === "link") return { kind: "link", target: one.target };
      const file = one.as === "file" ? largeFile(directory, one.number) : contents;
      const mode = one.as === "file" ? (await lstat(file)).mode & 0o777 : one.mode;
      const content = one.as === "file" ? await readFile(file) : partOf(file, one);
      return { kind: "file", sha256: await blobs.put(content), bytes: content.length, mode };
    },
  };
}

function largeFile(directory: string, number: number): string {
  return join(directory, `large-${number}`);
}

type Contents = {
  /** Undefined: the file is large. */
  readonly add: (from: string) => Part | undefined;
  readonly flush: () => void;
  readonly close: () => void;
};

function createContents(path: string): Contents {
  const file = openSync(path, "wx", 0o600);
  const buffer = Buffer.allocUnsafe(4 * SMALL);
  let used = 0;
  let flushed = 0;
  const flush = (): void => {
    for (let done = 0; done < used;) done += writeSync(file, buffer, done, used - done);
    flushed += used;
    used = 0;
  };
  return {
    add(from) {
      const source = openSource(from);
      try {
        const { size, mode } = fstatSync(source);
        if (size > SMALL) return undefined;
        if (used + size > buffer.length) flush();
        const part: Part = {
          as: "part",
          mode: mode & 0o777,
          at: flushed + used,
          size: read(source, buffer, used, size),
        };
        used += part.size;
        return part;
      } finally {
        closeSync(source);
      }
    },
    flush,
    close: () => closeSync(file),
  };
}

/** How many of the `size` bytes there were. */
function read(file: number, into: Buffer, at: number, size: number, position = 0): number {
  let done = 0;
  for (let got = -1; done < size && got !== 0; done += got) {
    got = readSync(file, into, at + done, size - done, position + done);
  }
  return done;
}

const unpacked = Buffer.allocUnsafe(SMALL);

function unpack(source: number, part: Part, target: string): Stamp {
  fill(source, part);
  const file = openSync(target, "wx", part.mode);
  try {
    for (let done = 0; done < part.size;) done += writeSync(file, unpacked, done, part.size - done);
    const stats = fstatSync(file, { bigint: true });
    if (Number(stats.mode & 0o777n) === part.mode) return stats;
    fchmodSync(file, part.mode); // whatever the umask is
    return fstatSync(file, { bigint: true });
  } finally {
    closeSync(file);
  }
}

function fill(source: number, { at, size }: Part): void {
  if (read(source, unpacked, 0, size, at) === size) return;
  throw new FaultError({
    code: "disk",
    message: "What the agents of this run started from is no longer whole",
    hint: "The run's workspaces were changed or deleted. Have the work done again.",
  });
}

function partOf(contents: string, part: Part): Buffer {
  const source = openSync(contents, "r");
  try {
    fill(source, part);
    return Buffer.from(unpacked.subarray(0, part.size));
  } finally {
    closeSync(source);
  }
}

function link(target: string, path: string): Stamp {
  symlinkSync(target, path);
  return lstatSync(path, { bigint: true });
}
