import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** Says where below `root` a path lies, with the directory around it made; each is made once. */
export function createDirectories(root: string): (path: string) => string {
  const made = new Set<string>();
  return (path) => {
    const target = join(root, path);
    const parent = dirname(target);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    return target;
  };
}
