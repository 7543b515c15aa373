import { readdir, readFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

type Example = {
  /** "basic/three-agents": what follows `@examples/`. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** The first comment of the file. */
  readonly title: string;
};

/** The configurations that come with the program, sorted by name. */
export async function listExamples(): Promise<readonly Example[]> {
  const root = examplesDirectory();
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []); // a build without examples
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".yaml"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(root, file).split(sep).includes("scenarios"))
    .sort();
  return Promise.all(
    files.map(async (file) => ({
      name: relative(root, file)
        .split(sep)
        .join("/")
        .replace(/\.yaml$/, ""),
      file,
      title: titleOf(await readFile(file, "utf8")),
    })),
  );
}

function titleOf(text: string): string {
  return /^#\s*(.+)$/m.exec(text)?.[1]?.trim() ?? "";
}

/** `configs` beside the package.json of massgen, wherever this module was bundled to. */
function examplesDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!isPackageRoot(directory) && dirname(directory) !== directory) directory = dirname(directory);
  return join(directory, "configs");
}

function isPackageRoot(directory: string): boolean {
  const file = join(directory, "package.json");
  return existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { name?: unknown }).name === "massgen";
}
