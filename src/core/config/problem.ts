import { plain } from "../terminal-safe.ts";
import { clip } from "../text.ts";

export type Path = readonly (string | number)[];

/** Something about a configuration that its author should know. `line` and `column` count from 1. */
export type Problem = {
  /** error: it cannot be used. warning: something that was asked for does not happen. info: nothing is lost. */
  readonly severity: "error" | "warning" | "info";
  readonly code: ProblemCode;
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
  readonly line?: number;
  readonly column?: number;
};

type ProblemCode =
  | "syntax"
  | "duplicate-key"
  | "too-large"
  | "type"
  | "value"
  | "missing"
  | "unknown-key"
  | "dead-key"
  | "ignored"
  | "v1-format"
  | "no-agents"
  | "agent-and-agents"
  | "bad-id"
  | "duplicate-id"
  | "unknown-agent"
  | "unknown-backend"
  | "stand-in"
  | "left-out"
  | "missing-model"
  | "bad-url"
  | "bad-rule"
  | "docker-hosts"
  | "no-effect"
  | "unset-variable"
  | "no-such-path";

/** Where a key or its value stands. The value of a key that is missing: what surrounds it. */
export type Locate = (
  path: Path,
  part: "key" | "value",
) => { readonly line: number; readonly column: number } | undefined;

/** agents[1].backend.type */
export function pathText(path: Path): string {
  const text = path
    .map((part) => {
      if (typeof part === "number") return `[${part}]`;
      return /^[\w-]{1,64}$/.test(part) ? `.${part}` : `[${JSON.stringify(clip(part, 64))}]`;
    })
    .join("");
  return text.startsWith(".") ? text.slice(1) : text;
}

/** "configs/team.yaml:14:13  agents[1].backend.type is "opnai"", and the hint on a line of its own, indented. */
export function problemText({ line, column, message, hint }: Problem, file: string): string {
  const where = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  const text = hint === undefined ? message : `${message}\n  ${hint}`;
  return plain(where === "" ? text : `${where}  ${text}`);
}

const SECRET = /(^|_|-)(key|token|secret|password|authorization)$|^api_?key|^(env|headers)$/i;

/** May the value of this key be a secret? Everything below such a key counts, too. */
export function isSecret(path: Path): boolean {
  return path.some((part) => typeof part === "string" && SECRET.test(part));
}

/** A value as a message may show it: short, one line, no secrets. */
export function show(value: unknown, path: Path): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (isSecret(path)) return "something else (not shown)";
  if (typeof value === "number") return String(value);
  return JSON.stringify(typeof value === "string" ? clip(value, 60) : value) ?? "missing";
}
