import { FaultError } from "../core/fault.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { childEnvironment } from "../workspace/child-environment.ts";
import { runCommand, type CommandResult } from "../workspace/process-group.ts";

/** A repository's own configuration can name programs for git to run. These settings leave it nothing to run. */
const QUIET = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "core.quotePath=false",
  "diff.external=",
].flatMap((setting) => ["-c", setting]);

/** Path specifications for what tools may not read either: keys, and our own files. */
export const NOT_SHOWN = ["**/.env", "**/.env.*", "**/.massgen/**"].map((glob) => `:(top,exclude,icase,glob)${glob}`);

const TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 64 * 1024;

/**
 * Runs a reading git command in the agent's root and resolves with its output, in colourless English. Nothing in the
 * repository is changed, and no program runs that the repository names. Throws FaultError "tool" with git's own words.
 */
export async function git(files: AgentFiles, args: readonly string[], signal: AbortSignal): Promise<string> {
  const { exitCode, output } = await runGit(files, [...(await withoutFilters(files, signal)), ...args], signal);
  if (exitCode === 0) return output;
  if (/not a git repository/i.test(output)) {
    throw new FaultError({
      code: "tool",
      message: `${files.root} is not in a git repository`,
      hint: "There is no history to look at. Read the files instead.",
    });
  }
  throw new FaultError({ code: "tool", message: `git failed: ${output.trim()}`, hint: "Check what was asked for." });
}

/** Clean filters run on every status and diff. The user's own (git-lfs) are theirs; the repository's are switched off. */
async function withoutFilters(files: AgentFiles, signal: AbortSignal): Promise<readonly string[]> {
  const list = ["config", "--includes", "--show-scope", "--null", "--name-only", "--get-regexp", "^filter\\."];
  const { output } = await runGit(files, list, signal); // scope NUL name NUL …; exit code 1 when there is none
  const fields = output.split("\0");
  const names = fields.filter((_, index) => index % 2 === 1 && /^(local|worktree)$/.test(fields[index - 1] ?? ""));
  const filters = new Set(names.map((name) => name.slice("filter.".length, name.lastIndexOf("."))));
  return [...filters].flatMap((filter) =>
    ["clean=", "smudge=", "process=", "required=false"].flatMap((setting) => ["-c", `filter.${filter}.${setting}`]),
  );
}

/** The names that a git command prints with -z, each as soon as it is there. False: git could not do it. */
export async function gitNames(
  files: AgentFiles,
  args: readonly string[],
  signal: AbortSignal,
  found: (names: readonly string[]) => void,
): Promise<boolean> {
  let rest = "";
  const { exitCode } = await runGit(files, args, signal, (text) => {
    const names = (rest + text).split("\0");
    rest = names.pop() ?? "";
    found(names);
  });
  return exitCode === 0;
}

async function runGit(
  files: AgentFiles,
  args: readonly string[],
  signal: AbortSignal,
  onOutput: (text: string) => void = () => {},
): Promise<CommandResult> {
  return runCommand({
    argv: ["git", ...QUIET, "--no-pager", ...args],
    cwd: files.root,
    env: childEnvironment({
      LC_ALL: "C",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_TERMINAL_PROMPT: "0",
      GIT_ALLOW_PROTOCOL: "none", // a partial clone would fetch what it lacks, by whatever its remote says
      GIT_NO_LAZY_FETCH: "1",
    }),
    timeoutMs: TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal,
    onOutput,
  });
}
