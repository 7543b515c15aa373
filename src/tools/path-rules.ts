import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parseShellLine } from "../core/shell-words.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { type Access, findPlaces, type Place, ruleFor } from "../workspace/places.ts";
import { toAbsolute, toShown } from "./tool-path.ts";

/** What the user's rules for paths say to a call. `paths`: those that need a yes, absolute, as named and where they lead. */
export type PathVerdict =
  | { readonly verdict: "allow" }
  | {
      readonly verdict: "deny" | "ask";
      readonly because: string;
      readonly paths: readonly string[];
      readonly shown: string;
    };

const FREE: PathVerdict = { verdict: "allow" };

/** For a tool that is given one path. What is closed for good the tool refuses by itself, on the opened file. */
export async function judgePath(files: AgentFiles, path: string, access: Access): Promise<PathVerdict> {
  const named = toAbsolute(files, path);
  const paths = [...new Set([named, await realName(named)])];
  const places = await findPlaces(files.grants);
  const rules = paths.map((one) => ruleFor(one, places, access));
  if (rules.includes("closed") || !rules.includes("asks")) return FREE;
  const shown = toShown(files, paths.at(-1) ?? named);
  return { verdict: "ask", because: `a rule wants it asked for before ${shown} is ${done(access)}`, paths, shown };
}

/** Programs that change or remove what they are given. What others write is kept from the user's files by the patch. */
const WRITERS = new Set(
  "chmod chown cp dd ed ex install ln mkdir mv nano patch rm rmdir rsync sed shred tee touch truncate unlink vi vim".split(
    " ",
  ),
);
const MAX_WORDS = 400;
const MAX_BASES = 20;

/**
 * For a line for the shell, as far as its words show paths: anything that is named and may not be read counts. Where
 * the words do not say all that it does it is asked for, unless it is `shutIn`: then the sandbox hides what is closed.
 */
export async function judgeCommandPaths(files: AgentFiles, command: string, shutIn: boolean): Promise<PathVerdict> {
  const places = await findPlaces(files.grants);
  if (!places.some(({ closed, asks }) => closed ?? asks)) return FREE;
  const { commands, redirects, opaque } = parseShellLine(command);
  const bases = [files.root];
  let found: PathVerdict = FREE;
  const look = async (word: string, access: Access): Promise<boolean> => {
    for (const path of await pathsOf(word, bases, files)) {
      const rule = ruleOf(path, places, access);
      if (rule === undefined) continue;
      const shown = toShown(files, path);
      if (rule === "closed") {
        found = { verdict: "deny", because: `a rule closes ${shown}, which it names`, paths: [], shown };
        return true;
      }
      const paths = found.verdict === "ask" ? [...found.paths, path] : [path];
      found = { verdict: "ask", because: `a rule wants it asked for before ${shown} is ${done(access)}`, paths, shown };
    }
    return false;
  };
  const words = commands.flatMap((one) => {
    const writes = WRITERS.has(basename(one[0] ?? ""));
    return one.map((word) => ({ word, access: writes ? ("write" as const) : ("read" as const) }));
  });
  const targets = redirects.map(({ target, writes }) => ({
    word: target,
    access: writes ? ("write" as const) : ("read" as const),
  }));
  for (const { word, access } of [...words, ...targets].slice(0, MAX_WORDS)) {
    if (await look(word, access)) return found;
    // "cd secrets && cat key": whatever was named may be where the next words count from.
    if (bases.length < MAX_BASES && !word.startsWith("-")) bases.push(resolve(files.root, word));
  }
  if (found.verdict !== "allow" || opaque === undefined || shutIn) return found;
  const because = `${opaque}, so that it cannot be told whether it touches what a rule closes`;
  return { verdict: "ask", because, paths: [], shown: "" };
}

/** The ways in which a word can name a path: as it is, behind "=", "@", ":" or an option's letter. */
async function pathsOf(word: string, bases: readonly string[], files: AgentFiles): Promise<readonly string[]> {
  const parts = [word, ...word.split(/[=,:@]/), word.replace(/^-\w/, "")].filter((part) => part !== "");
  const named = [...new Set(parts)].flatMap((part) => bases.map((base) => toAbsolute(files, resolve(base, part))));
  const real = await Promise.all(named.map(realName));
  return [...new Set([...named, ...real])];
}

/** Also for a directory of which all that lies in it is closed. */
function ruleOf(path: string, places: readonly Place[], access: Access): ReturnType<typeof ruleFor> {
  const rules = [path, join(path, ANYTHING)].map((one) => ruleFor(one, places, access));
  return rules.includes("closed") ? "closed" : rules.find((rule) => rule !== undefined);
}

const ANYTHING = "massgen-anything";

function done(access: Access): string {
  return access === "read" ? "read" : "written";
}

/** Where it lies, or would lie, with no link left in it. */
async function realName(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await realName(above), basename(path));
  }
}
