import ignore, { type Ignore } from "ignore";
import { basename, isAbsolute, relative, sep } from "node:path";
import { FaultError } from "../core/fault.ts";
import type { ClosedPaths, Grant } from "../core/workspace.ts";
import { pinPath, type PinPath } from "./pin.ts";

/** A grant as it lies on disk right now. `names`: the path as granted, and where it really is. */
export type Place = {
  readonly names: readonly string[];
  readonly permission: Grant["permission"];
  readonly closed?: Matchers | undefined;
  readonly asks?: Matchers | undefined;
  readonly opened?: readonly string[] | undefined;
};

type Matchers = Readonly<Record<Access, Ignore>>;

export type Access = "read" | "write";

/** Where the grants lie now: not to be kept for longer than one call of a tool. Grants that do not exist are left out. */
export async function findPlaces(grants: readonly Grant[], pin: PinPath = pinPath): Promise<readonly Place[]> {
  const places = await Promise.all(
    grants.map(async ({ path, permission, closed, asks, opened }): Promise<Place | undefined> => {
      try {
        const pinned = await pin(path, { follow: true });
        await pinned.close();
        return {
          names: [path, pinned.realPath],
          permission,
          closed: matchers(closed),
          asks: matchers(asks),
          opened,
        };
      } catch {
        return undefined;
      }
    }),
  );
  return places.filter((place) => place !== undefined);
}

/**
 * Throws FaultError "denied" unless the deepest grant around `path` permits `access` and no part below that grant is
 * protected. Judges the text of the path alone: call it with the path as asked for and again with where that led.
 */
export function requireAccess(path: string, places: readonly Place[], access: Access): void {
  if (KERNEL.test(path)) throw outside(path, places, access);
  const around = places
    .flatMap(({ names, permission }) => names.map((name) => ({ permission, name, rest: partsBelow(name, path) })))
    .filter((place): place is typeof place & { rest: readonly string[] } => place.rest !== undefined)
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (around === undefined) throw outside(path, places, access);
  const rule = ruleFor(path, places, access);
  if (rule === "closed" || (rule === "asks" && !places.some(({ opened }) => opened?.includes(path)))) {
    throw new FaultError({
      code: "denied",
      message: `${path} may not be ${access === "read" ? "read" : "written"}: a rule of the user's permissions closes it`,
      hint: "Leave it alone. If the task needs it, say so in your answer.",
    });
  }
  const protectedName = protectedPart(around.name, around.rest, access);
  if (protectedName !== undefined) {
    throw new FaultError({
      code: "denied",
      message: `${path} may not be ${access === "read" ? "read" : "written"}: "${protectedName}" is protected`,
      hint: "Leave it alone. If the task needs it, ask the user to do that part.",
    });
  }
  if (access === "write" && around.permission === "read") {
    throw new FaultError({
      code: "denied",
      message: `${path} may be read, but not written`,
      hint: `Write to ${listPlaces(places, "write") || "nothing: every place is read-only"} instead.`,
    });
  }
}

/** Whether the rules of any grant around the path, not only of the deepest, close it; "asks": until the user agrees. */
export function ruleFor(path: string, places: readonly Place[], access: Access): "closed" | "asks" | undefined {
  const says = (which: "closed" | "asks"): boolean =>
    places.some((place) =>
      place.names.some((name) => {
        const rest = place[which] && partsBelow(name, path);
        return rest !== undefined && rest.length > 0 && place[which]?.[access].ignores(rest.join("/"));
      }),
    );
  return says("closed") ? "closed" : says("asks") ? "asks" : undefined;
}

/** Whatever case a lenient file system makes of a name. Undefined where nothing is closed. */
export function matchers(closed: ClosedPaths | undefined): Matchers | undefined {
  if (!closed || closed.read.length + closed.write.length === 0) return undefined;
  const matcher = (patterns: readonly string[]): Ignore => ignore({ ignorecase: true }).add([...patterns]);
  return { read: matcher(closed.read), write: matcher(closed.write) };
}

/** True for a name that tools neither read, list nor search below a grant, unless that grant itself lies deeper. */
export function isHidden(name: string): boolean {
  return bareName(name) === ".massgen";
}

/** The parts of `path` below `place`, [] for the place itself, undefined when it is not in there. */
export function partsBelow(place: string, path: string): readonly string[] | undefined {
  const rest = relative(place, path);
  if (rest === "") return [];
  if (rest === ".." || rest.startsWith(`..${sep}`) || isAbsolute(rest)) return undefined;
  return rest.split(sep);
}

// Regular files by their type, yet /proc/self/environ holds our keys. A grant as wide as "/" must not reach them.
const KERNEL = /^\/(?:proc|sys|dev(?!\/shm\/))(?:\/|$)/;

// Keys in it: a tool's output ends up in journals and at the model's provider.
const SECRETS = /^\.env(?!\.(?:example|sample|template|dist|schema)$)(?:\..*)?$/;

/** Names whose files tell programs what to run: whoever writes them runs something later, outside of any sandbox. */
const CONTROL = new Set([
  ".bash_profile",
  ".bashrc",
  ".claude",
  ".codex",
  ".cursor",
  ".gemini",
  ".git",
  ".gitconfig",
  ".gitmodules",
  ".husky",
  ".idea",
  ".mcp.json",
  ".npmrc",
  ".profile",
  ".ssh",
  ".vscode",
  ".zprofile",
  ".zshenv",
  ".zshrc",
]);

/** The first of the `parts` below `place` that is closed to tools. */
export function protectedPart(place: string, parts: readonly string[], access: Access): string | undefined {
  return parts.find((name, index) => isProtected(name, access, parts[index - 1] ?? basename(place)));
}

/** Whether a part of a path is closed to tools, there or not yet there. `parent`: the name of the directory that it is in. */
export function isProtected(name: string, access: Access, parent = ""): boolean {
  const bare = bareName(name);
  if (bare === ".massgen" || SECRETS.test(bare)) return true;
  if (access === "read") return false;
  const isOurs = bare === "massgen" && bareName(parent) === ".config";
  return isOurs || CONTROL.has(bare) || /^git~\d+$/.test(bare);
}

/** What a lenient file system may take the name for: any case, look-alike forms, invisible characters, trailing dots, streams. */
function bareName(name: string): string {
  const folded = name
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase();
  return folded.replace(/:.*$/s, "").replace(/[. ]+$/, "");
}

function outside(path: string, places: readonly Place[], access: Access): FaultError {
  return new FaultError({
    code: "denied",
    message: `${path} is outside the places that may be ${access === "read" ? "read" : "written"}`,
    hint: `Allowed: ${listPlaces(places, access) || "nothing"}.`,
  });
}

function listPlaces(places: readonly Place[], access: Access): string {
  return places
    .filter(({ permission }) => access === "read" || permission === "write")
    .map(({ names }) => names[0])
    .join(", ");
}
