import { delimiter, isAbsolute } from "node:path";

const PASSED_ON = new Set([
  "PATH",
  "HOME",
  "USER",
  "SHELL",
  "LANG",
  "TERM",
  "COLORTERM",
  "TMPDIR",
  "TZ",
  // How deep this massgen is inside other ones: a nested run has to know.
  "MASSGEN_DEPTH",
  // Without these hardly a program starts on Windows.
  "SYSTEMROOT",
  "COMSPEC",
  "PATHEXT",
  "USERPROFILE",
  "APPDATA",
  "LOCALAPPDATA",
  "TEMP",
  "TMP",
]);

/**
 * What a command gets to see of our environment: enough to run programs, none of our keys. `extra` wins.
 * Relative entries of PATH are left out: they would run whatever lies in the directory that an agent works in.
 */
export function childEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const upper = process.platform === "win32" ? name.toUpperCase() : name;
    if (value !== undefined && (PASSED_ON.has(upper) || upper.startsWith("LC_"))) passed[upper] = value;
  }
  if (passed["PATH"] !== undefined) passed["PATH"] = passed["PATH"].split(delimiter).filter(isAbsolute).join(delimiter);
  return { ...passed, ...extra };
}
