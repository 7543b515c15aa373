import type * as z from "zod";
import { nearest } from "../nearest.ts";
import { checkAgents, checkVersion } from "./check-agents.ts";
import { checkPermissions } from "./check-permissions.ts";
import { expected, fileSpec, isMap, specAt, withoutEmpty, type KeySpec } from "./key-spec.ts";
import { isSecret, pathText, show, type Locate, type Path, type Problem } from "./problem.ts";
import { ConfigFile } from "./schema.ts";
import { unusedKeys } from "./unused-keys.ts";

export type Diagnosis = {
  /** With all defaults; undefined when there is an error. */
  readonly file: ConfigFile | undefined;
  /** In the order of the file. */
  readonly problems: readonly Problem[];
};

/**
 * Everything that is wrong or without effect in a configuration, at once. `raw` is the tree as parsed, with
 * variables unfilled, so that no message can show what is behind one. Never throws.
 */
export function diagnose(raw: unknown, locate: Locate = () => undefined): Diagnosis {
  if (!isMap(raw)) {
    const message = `The configuration is ${raw === undefined ? "empty" : show(raw, [])}, expected a map`;
    const hint = "Begin with agents: and one item for each agent; configs/basic has examples.";
    return { file: undefined, problems: [{ severity: "error", code: "type", path: [], message, hint }] };
  }
  const old = checkVersion(raw);
  if (old) return { file: undefined, problems: [placed(old, locate)] };
  const tree = withoutEmpty(fileSpec, raw);
  const parsed = ConfigFile.safeParse(tree);
  const problems = [
    ...(parsed.error ? schemaProblems(parsed.error.issues, tree, fileSpec) : []),
    ...checkAgents(isMap(tree) ? tree : {}),
    ...checkPermissions(isMap(tree) ? tree : {}),
    ...unusedKeys(raw),
  ];
  const failed = problems.some(({ severity }) => severity === "error");
  return { file: failed ? undefined : parsed.data, problems: inOrder(problems.map((one) => placed(one, locate))) };
}

/** What a schema found wrong, in our words. `root` is where `spec` stands in a file. */
export function schemaProblems(
  issues: readonly z.core.$ZodIssue[],
  tree: unknown,
  spec: KeySpec,
  root: Path = [],
): Problem[] {
  return issues.flatMap(withoutUnions).map((issue) => issueProblem(issue, tree, spec, root));
}

/** Of the alternatives that a value could be, the one whose kind it is: what is wrong is inside. */
function withoutUnions(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((alternative) => alternative.every(({ path }) => path.length > 0));
  if (!meant) return [issue];
  return meant.flatMap((inner) => withoutUnions({ ...inner, path: [...issue.path, ...inner.path] }));
}

function issueProblem(issue: z.core.$ZodIssue, tree: unknown, spec: KeySpec, root: Path): Problem {
  const within = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const path = [...root, ...within];
  const value = valueAt(tree, within);
  const wanted = specAt(spec, within);
  const hint = hintFor(issue, value, path, wanted);
  if (value === undefined && issue.code === "invalid_type") {
    const key = String(path.at(-1) ?? "");
    const message = `${pathText(path.slice(0, -1))} has no ${key}`;
    return { severity: "error", code: "missing", path: path.slice(0, -1), message, hint };
  }
  const message = `${pathText(path)} is ${show(value, path)}`;
  const code = issue.code === "invalid_type" || issue.code === "invalid_union" ? "type" : "value";
  return { severity: "error", code, path, message, hint };
}

function hintFor(issue: z.core.$ZodIssue, value: unknown, path: Path, wanted: KeySpec | undefined): string {
  const key = path.at(-1);
  if (issue.code === "invalid_value" && typeof value === "string" && !isSecret(path)) {
    const close = nearest(
      value.slice(0, 64),
      issue.values.filter((one) => typeof one === "string"),
    );
    if (close !== undefined) return `Did you mean "${close}"? It is one of ${issue.values.join(", ")}.`;
  }
  if (key === "backend") return "Write backend: { type: openai, model: gpt-5.5 }.";
  if (key === "agents") return "Write each agent as an item: - id: ada, and below it backend: …";
  if (issue.code === "too_small" && value === "") return "Fill it in or remove it.";
  if (issue.code === "invalid_format") return "Give the name of a variable, such as OPENAI_API_KEY, not what is in it.";
  if (issue.code === "too_big" && Array.isArray(value)) return `There may be at most ${issue.maximum}.`;
  const unquoted = wanted?.type === "string" && typeof value === "number" && !isSecret(path);
  const text = unquoted ? `a text: put it in quotes, "${value}"` : undefined;
  return `Expected ${text ?? (wanted ? expected(wanted) : "something else")}.`;
}

function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, part) => {
    if (Array.isArray(at)) return typeof part === "number" ? (at[part] as unknown) : undefined;
    return isMap(at) && Object.hasOwn(at, part) ? at[part] : undefined;
  }, tree);
}

/** Names are judged at the key, values at the value. */
function placed(problem: Problem, locate: Locate): Problem {
  const part = ["unknown-key", "dead-key", "ignored"].includes(problem.code) ? "key" : "value";
  return { ...problem, ...locate(problem.path, part) };
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort(
    (one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0),
  );
}
