import { createHash } from "node:crypto";
import { constants, mkdir, readdir, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { FaultError } from "../src/core/fault.ts";
import { writeAtomic } from "./atomic-write.ts";
import { diskFault, errorCode } from "./disk-fault.ts";
import { clipBytes, deliverablesDir, deliverablesIndex } from "./layout.ts";
import { withLock } from "./lock.ts";
import { ensureProject, type Project } from "./open.ts";

/** An entry of deliverables/index.json. */
export const Deliverable = z.object({
  /** Without the version: "plan.md". */
  name: z.string().min(1),
  /** In the deliverables folder itself: "plan.v2.md". */
  file: z.string().regex(/^[^./\\][^/\\]*$/),
  version: z.int().positive(),
  /** An agent's id, "lead", or "" when not known. */
  author: z.string(),
  run: z.string().nullable(),
  sha256: z.string(),
  created: z.string(),
  /** The run that checked it. */
  verified_by: z.string().nullable(),
});
export type Deliverable = z.infer<typeof Deliverable>;

export type NewDeliverable = {
  readonly name: string;
  readonly content: string;
  readonly author: string;
  readonly run?: string | undefined;
  readonly verifiedBy?: string | undefined;
};

/**
 * Keeps an output of record. A name that exists gets a new version beside the old ones; the newest content again gets
 * none (its `verified_by` is noted). Durable when this resolves. The name cannot lead out of the deliverables folder.
 */
export async function saveDeliverable(project: Project, spec: NewDeliverable): Promise<Deliverable> {
  const name = deliverableName(spec.name);
  const sha256 = hash(spec.content);
  await ensureProject(project);
  await mkdir(deliverablesDir(project.root), { recursive: true });
  const index = deliverablesIndex(project.root);
  return withLock(`${index}.lock`, async () => {
    const known = await loadIndex(project, "repair");
    const newest = known.findLast((entry) => entry.name === name);
    if (newest?.sha256 === sha256) {
      if (spec.verifiedBy === undefined || spec.verifiedBy === newest.verified_by) return newest;
      const verified = { ...newest, verified_by: spec.verifiedBy };
      await writeIndex(
        index,
        known.map((entry) => (entry === newest ? verified : entry)),
      );
      return verified;
    }
    const { version, file } = await freeVersion(project, name, (newest?.version ?? 0) + 1);
    await writeAtomic(join(deliverablesDir(project.root), file), spec.content, { durable: true });
    const saved: Deliverable = {
      name,
      file,
      version,
      author: spec.author,
      run: spec.run ?? null,
      sha256,
      created: new Date().toISOString(),
      verified_by: spec.verifiedBy ?? null,
    };
    await writeIndex(index, [...known, saved]);
    return saved;
  });
}

/** All versions, oldest first. Files that a person put there are among them, without author. */
export async function listDeliverables(project: Project): Promise<Deliverable[]> {
  return loadIndex(project, "keep");
}

/** The newest version of a name, or the very file that is named ("plan.v1.md" is "plan.md"). Throws FaultError when there is none. */
export async function readDeliverable(
  project: Project,
  nameOrFile: string,
): Promise<{ deliverable: Deliverable; content: string }> {
  const known = await loadIndex(project, "keep");
  const deliverable =
    known.findLast(({ name }) => name === nameOrFile) ??
    known.find(({ file }) => file === nameOrFile) ??
    known.findLast(({ name }) => name === deliverableName(nameOrFile));
  if (deliverable === undefined) {
    const names = [...new Set(known.map(({ name }) => name))];
    throw new FaultError({
      code: "usage",
      message: `The project has no deliverable ${JSON.stringify(nameOrFile)}`,
      hint: names.length === 0 ? "It has none yet." : `It has: ${names.join(", ")}.`,
    });
  }
  return { deliverable, content: await readPlain(join(deliverablesDir(project.root), deliverable.file)) };
}

/** A file name that stays in its folder, on any system; ".md" when it has no extension. A version in it is left out. */
function deliverableName(wanted: string): string {
  const flat = wanted
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, "-")
    .replace(/^[-.]+|[-.]+$/g, "")
    .replace(/\.v\d+(?=\.[^.]+$|$)/, "");
  const extension = /\.[\p{L}\p{N}]{1,10}$/u.exec(flat)?.[0] ?? ".md";
  const stem = clipBytes(flat.endsWith(extension) ? flat.slice(0, -extension.length) : flat, 120);
  if (stem === "") {
    throw new FaultError({
      code: "usage",
      message: `${JSON.stringify(wanted)} cannot be the name of a deliverable`,
      hint: "Use letters and digits, such as migration_plan.md.",
    });
  }
  const name = `${stem}${extension}`;
  return RESERVED.has(name.toLowerCase()) ? `${stem}-deliverable${extension}` : name;
}

const RESERVED = new Set(["index.json", "context-history.md"]);

function versionFile(name: string, version: number): string {
  const dot = name.lastIndexOf(".");
  return version === 1 ? name : `${name.slice(0, dot)}.v${version}${name.slice(dot)}`;
}

/** Never a file that is there already, whoever made it. */
async function freeVersion(project: Project, name: string, from: number): Promise<{ version: number; file: string }> {
  for (let version = from; ; version++) {
    const file = versionFile(name, version);
    const taken = await stat(join(deliverablesDir(project.root), file)).catch(() => undefined);
    if (taken === undefined) return { version, file };
  }
}

async function loadIndex(project: Project, broken: "repair" | "keep"): Promise<Deliverable[]> {
  const path = deliverablesIndex(project.root);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw diskFault(error, "read", path);
  });
  const entries = text === undefined ? [] : parseIndex(text);
  if (entries === undefined && broken === "repair") await rename(path, `${path}.broken-${Date.now()}`);
  return [...(entries ?? []), ...(await unlisted(project, entries ?? []))];
}

function parseIndex(text: string): Deliverable[] | undefined {
  try {
    const entries = z.array(z.unknown()).parse(JSON.parse(text));
    return entries.flatMap((entry) => Deliverable.safeParse(entry).data ?? []);
  } catch {
    return undefined;
  }
}

/** Files that the index does not know, as entries: a person put them there, or the index was lost. */
async function unlisted(project: Project, entries: readonly Deliverable[]): Promise<Deliverable[]> {
  const dir = deliverablesDir(project.root);
  const known = new Set(entries.map(({ file }) => file));
  const found: Deliverable[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
    const file = entry.name;
    if (!entry.isFile() || file.startsWith(".") || known.has(file) || RESERVED.has(file.toLowerCase())) continue;
    if (file.startsWith("index.json.")) continue;
    const [, stem = file, version = "1", extension = ""] = /^(.+)\.v(\d+)(\.[^.]+)$/.exec(file) ?? [];
    const { mtime } = await stat(join(dir, file));
    found.push({
      name: `${stem}${extension}`,
      file,
      version: Number(version),
      author: "",
      run: null,
      sha256: hash(await readFile(join(dir, file))),
      created: mtime.toISOString(),
      verified_by: null,
    });
  }
  return found.sort((a, b) => (a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1));
}

async function writeIndex(path: string, entries: readonly Deliverable[]): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(entries, null, 2)}\n`, { durable: true });
}

/** A link in that folder could lead anywhere, and what is read here is shown to models. */
async function readPlain(path: string): Promise<string> {
  return readFile(path, { encoding: "utf8", flag: constants.O_RDONLY | constants.O_NOFOLLOW }).catch(
    (error: unknown) => {
      throw diskFault(error, "read", path);
    },
  );
}

function hash(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
