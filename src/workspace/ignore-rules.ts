import ignore, { type Ignore } from "ignore";
import { relative } from "node:path";

export const GITIGNORE = ".gitignore";

/** The patterns of one .gitignore and the directory that they are relative to. */
export type Rules = { readonly base: string; readonly patterns: Ignore };

export function rulesOf(base: string, text: string): Rules {
  return { base, patterns: ignore({ ignorecase: false }).add(text) };
}

/** The deepest file that says something about the path decides, as in git. */
export function isIgnored(path: string, isDirectory: boolean, rules: readonly Rules[]): boolean {
  for (const { base, patterns } of rules.toReversed()) {
    const below = relative(base, path).replaceAll("\\", "/");
    const { ignored, unignored } = patterns.test(isDirectory ? `${below}/` : below);
    if (ignored || unignored) return ignored;
  }
  return false;
}
