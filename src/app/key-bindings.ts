import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { problemText } from "../core/config/problem.ts";
import type { KeyBindings } from "../core/front-end.ts";
import { configDirectory, type Environment } from "./config-directory.ts";

const FILE = "keybindings.yaml";

/** The user's own keys; what is wrong with the file is said in words, and the usual keys hold. */
export async function readKeyBindings(env: Environment): Promise<KeyBindings> {
  const path = join(configDirectory(env), FILE);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return { file: FILE, bindings: undefined };
  const { parseYaml } = await import("./parse-yaml.ts");
  const { raw, problems } = parseYaml(text);
  const [first] = problems;
  if (first === undefined) return { file: FILE, bindings: raw };
  return { file: FILE, bindings: raw, problem: problemText(first, path) };
}
