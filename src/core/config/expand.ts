import { childSpec, fileSpec, isMap, type KeySpec } from "./key-spec.ts";
import { pathText, type Path, type Problem } from "./problem.ts";
import type { ConfigFile } from "./schema.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Fills in `${NAME}` in every text of a checked file, at any depth. Keys (`api_key`) and what is not used here
 * stay as they are. A variable that is not set stays as written, with a warning.
 */
export function expandVariables(
  file: ConfigFile,
  variables: Variables,
): { readonly file: ConfigFile; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const fill = (value: unknown, spec: KeySpec | undefined, path: Path): unknown => {
    if (spec?.note || path.at(-1) === "api_key") return value;
    if (typeof value === "string") return fillText(value, path);
    if (Array.isArray(value)) {
      return value.map((item: unknown, index) => fill(item, spec && childSpec(spec, index), [...path, index]));
    }
    if (!isMap(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, below]) => [key, fill(below, spec && childSpec(spec, key), [...path, key])]),
    );
  };
  const fillText = (text: string, path: Path): string =>
    text.replace(/\$\{([^{}]+)\}/g, (written, name: string) => {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value === undefined) problems.push(unset(name, path));
      return value ?? written;
    });
  return { file: fill(file, fileSpec, []) as ConfigFile, problems };
}

function unset(name: string, path: Path): Problem {
  return {
    severity: "warning",
    code: "unset-variable",
    path,
    message: `${pathText(path)} names \${${name}}, which is not set; it stays as written`,
    hint: `export ${name}=…`,
  };
}
