import { readFileSync } from "node:fs";

declare const MASSGEN_VERSION: string | undefined;

/** Written into the bundle; read from package.json when the sources run unbundled. */
export function version(): string {
  if (typeof MASSGEN_VERSION === "string") return MASSGEN_VERSION;
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
