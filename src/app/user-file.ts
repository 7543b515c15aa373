import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type * as z from "zod";
import { configDirectory, type Environment } from "./config-directory.ts";

/** A small JSON file in the user's own configuration directory, readable by nobody else. */
export type UserFile<Value> = {
  /** A file that is missing or cannot be read is an empty one: `schema` says what that comes to. */
  readonly read: () => Promise<Value>;
  /** Replaces what it holds, whole or not at all. Rejects where the home cannot be written to. */
  readonly write: (value: Value) => Promise<void>;
};

/** Read without conf, whose checks of a schema would hold up every start; the schema has to take `{}`. */
export function userFile<Value extends Readonly<Record<string, unknown>>>(
  name: string,
  schema: z.ZodType<Value>,
  env: Environment,
): UserFile<Value> {
  const cwd = configDirectory(env);
  return {
    async read() {
      const text = await readFile(join(cwd, `${name}.json`), "utf8").catch(() => "{}");
      const parsed = schema.safeParse(jsonOf(text));
      return parsed.success ? parsed.data : schema.parse({});
    },
    async write(value) {
      const { default: Conf } = await import("conf");
      await mkdir(cwd, { recursive: true, mode: 0o700 });
      const store = new Conf<Record<string, unknown>>({
        cwd,
        configName: name,
        clearInvalidConfig: true,
        configFileMode: 0o600,
      });
      store.store = { ...value };
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
