import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { diagnose } from "../core/config/diagnose.ts";
import { expandVariables } from "../core/config/expand.ts";
import { normalise } from "../core/config/normalise.ts";
import { pathText, problemText, type Path, type Problem } from "../core/config/problem.ts";
import type { BackendConfig, Config, ContextPathConfig } from "../core/config/schema.ts";
import { FaultError } from "../core/fault.ts";
import { nearest } from "../core/nearest.ts";
import { plural } from "../core/text.ts";
import { configDirectory, homeDirectory, type Environment } from "./config-directory.ts";
import { listExamples } from "./examples.ts";
import { parseYaml } from "./parse-yaml.ts";

export { listExamples } from "./examples.ts";

type Options = {
  readonly cwd: string;
  readonly env: Environment;
  /** Warnings are errors, too. */
  readonly strict?: boolean;
};

/**
 * Finds, reads and checks a configuration: a file, the name of one in the user's `agents` directory, or
 * `@examples/NAME`. Throws FaultError "config" with all errors at once, each with its place; `problems` are then
 * only warnings and notices. `file` is absolute.
 */
export async function loadConfig(
  ref: string,
  options: Options,
): Promise<{ readonly config: Config; readonly file: string; readonly problems: readonly Problem[] }> {
  const file = await resolveRef(ref, options);
  const shown = shownPath(file, options.cwd);
  const { raw, locate, problems: syntax } = parseYaml(await readText(file, shown));
  stopOnErrors(syntax, shown, options.strict);
  const { file: checked, problems } = diagnose(raw, locate);
  if (!checked) throw configFault([...syntax, ...problems], shown, options.strict);
  const expanded = expandVariables(checked, options.env);
  const where = (path: Path): string => {
    const place = locate(path, "key");
    return place ? `${shown}:${place.line}:${place.column}` : shown;
  };
  const config = withPaths(normalise(expanded.file, raw, where), file, options);
  const missing = await missingPaths(config);
  const late = [...expanded.problems, ...missing].map((problem) => ({ ...problem, ...locate(problem.path, "value") }));
  const all = [...syntax, ...problems, ...late];
  stopOnErrors(all, shown, options.strict);
  return { config, file, problems: all };
}

/** The configuration that is used when none is named: `./.massgen/config.yaml` of a trusted folder, else the user's own. */
export async function findConfig(options: {
  readonly cwd: string;
  readonly env: Environment;
  readonly trusted: boolean;
}): Promise<string | undefined> {
  const own = join(configDirectory(options.env), "config.yaml");
  return firstFile(options.trusted ? [join(options.cwd, ".massgen", "config.yaml"), own] : [own]);
}

async function resolveRef(ref: string, { cwd, env }: Options): Promise<string> {
  if (ref.startsWith("@examples/")) return resolveExample(ref.slice("@examples/".length));
  const path = ref === "~" || ref.startsWith("~/") ? join(homeDirectory(env), ref.slice(1)) : resolve(cwd, ref);
  const agents = join(configDirectory(env), "agents");
  const places = [path, ...(isAbsolute(ref) ? [] : [join(agents, ref), join(agents, `${ref}.yaml`)])];
  const file = await firstFile(places);
  if (file !== undefined) return file;
  const examples = (await listExamples()).map(({ name }) => name);
  const close =
    nearest(ref, examples) ??
    nearest(
      basename(ref, extname(ref)),
      examples.map((name) => basename(name)),
    );
  const full = examples.find((name) => name === close || basename(name) === close);
  throw new FaultError({
    code: "config",
    message: `There is no configuration ${JSON.stringify(ref)}. Looked for:\n${places.map((one) => `  ${one}`).join("\n")}`,
    hint:
      full === undefined
        ? `Examples: ${examples.map((name) => `@examples/${name}`).join(", ")}`
        : `Did you mean @examples/${full}?`,
  });
}

async function resolveExample(name: string): Promise<string> {
  const examples = await listExamples();
  const wanted = name.replace(/\.ya?ml$/, "");
  const example = examples.find((one) => one.name === wanted);
  if (example) return example.file;
  const names = examples.map((one) => one.name);
  const close = nearest(wanted, names) ?? names.find((one) => basename(one) === wanted);
  throw new FaultError({
    code: "config",
    message: `There is no example ${JSON.stringify(name)}`,
    hint: close === undefined ? `Examples: ${names.join(", ")}` : `Did you mean @examples/${close}?`,
  });
}

async function firstFile(places: readonly string[]): Promise<string | undefined> {
  for (const place of places) {
    if (await kindOf(place)) return place;
  }
  return undefined;
}

async function kindOf(path: string): Promise<"file" | "directory" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "directory" : "file";
  } catch {
    return undefined;
  }
}

async function readText(file: string, shown: string): Promise<string> {
  if (![".yaml", ".yml", ".json"].includes(extname(file).toLowerCase())) {
    throw unreadable(`${shown} is no YAML file by its name`, "Name it .yaml, .yml or .json.");
  }
  const status = await stat(file);
  if (!status.isFile()) throw unreadable(`${shown} is not a file`, "Name a .yaml file.");
  if (status.size > 1024 * 1024) throw unreadable(`${shown} is too large to be a configuration`, "Name another file.");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const because = error instanceof TypeError ? "it is not UTF-8 text" : String(error);
    throw unreadable(`${shown} cannot be read: ${because}`, "Save it as UTF-8 text that you may read.");
  }
}

function unreadable(message: string, hint: string): FaultError {
  return new FaultError({ code: "config", message, hint });
}

function stopOnErrors(problems: readonly Problem[], shown: string, strict: boolean | undefined): void {
  const stops = problems.some(({ severity }) => severity === "error" || (strict && severity === "warning"));
  if (stops) throw configFault(problems, shown, strict);
}

/** One error: what, and its hint. Several: all of them, each with its hint below it. */
function configFault(problems: readonly Problem[], shown: string, strict: boolean | undefined): FaultError {
  const errors = problems.filter(({ severity }) => severity === "error" || (strict && severity === "warning"));
  const [first] = errors;
  if (first && errors.length === 1) {
    const { hint, ...bare } = first;
    return new FaultError({ code: "config", message: problemText(bare, shown), ...(hint !== undefined && { hint }) });
  }
  return new FaultError({
    code: "config",
    message: errors.map((problem) => problemText(problem, shown)).join("\n"),
    hint: `${plural(errors.length, "thing")} to mend in ${shown}.`,
  });
}

/** Relative to `cwd` when it lies there. */
function shownPath(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path.startsWith("..") || isAbsolute(path) ? file : path;
}

/** Scenarios are beside the file that names them, context paths where the user stands. */
function withPaths(config: Config, file: string, { cwd, env }: Options): Config {
  const scenario = <Backend extends BackendConfig>(backend: Backend): Backend =>
    backend.scenario === undefined ? backend : { ...backend, scenario: resolve(dirname(file), backend.scenario) };
  const expandHome = (path: string): string => path.replace(/^~(?=\/|$)/, () => homeDirectory(env));
  return {
    ...config,
    agents: config.agents.map((agent) => ({ ...agent, backend: scenario(agent.backend) })),
    lead: config.lead && scenario(config.lead),
    contextPaths: config.contextPaths.map((one) => ({ ...one, path: resolve(cwd, expandHome(one.path)) })),
  };
}

async function missingPaths({ contextPaths }: Config): Promise<readonly Problem[]> {
  const found = await Promise.all(contextPaths.map(({ path }) => kindOf(path)));
  return contextPaths.flatMap((one, index) => (found[index] ? [] : [missingPath(one, index)]));
}

function missingPath({ path }: ContextPathConfig, index: number): Problem {
  const at = ["orchestrator", "context_paths", index, "path"];
  const message = `${pathText(at)}: there is no ${path}`;
  const hint = "Context paths are relative to the directory in which massgen is started.";
  return { severity: "error", code: "no-such-path", path: at, message, hint };
}
