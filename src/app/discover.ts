import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { configWants } from "../core/config/wants.ts";
import { invisibleCount, visible } from "../core/terminal-safe.ts";
import { oneLine, plural } from "../core/text.ts";
import { CONFIG_FILE, ENV_FILE, MAX_TRUSTED_BYTES } from "./trusted-files.ts";
import { parseYaml } from "./parse-yaml.ts";

/** What using a file of the folder would mean. Nothing in it is acted upon, and no secret of it is told. */
export async function wantsOf(folder: string, name: string, size: number): Promise<readonly string[]> {
  if (size > MAX_TRUSTED_BYTES) return [`is too large to be used (${Math.round(size / 1024 / 1024)} MB)`];
  const text = await readFile(join(folder, name), "utf8");
  return [...wants(name, text), ...unseen(text)].map((line) => visible(oneLine(line)));
}

function wants(name: string, text: string): readonly string[] {
  if (name === ENV_FILE) return [`sets ${Object.keys(parseEnv(text)).join(", ") || "nothing"}`];
  if (name !== CONFIG_FILE)
    return [`tells the lead what to do, in ${plural(text.trimEnd().split("\n").length, "line")}`];
  const { raw, problems } = parseYaml(text);
  return problems.length > 0 && raw === undefined ? ["cannot be read as a configuration"] : configWants(raw);
}

/** Text that a model reads and a person does not see. */
function unseen(text: string): readonly string[] {
  const count = invisibleCount(text);
  return count === 0 ? [] : [`holds ${plural(count, "character")} that cannot be seen`];
}
