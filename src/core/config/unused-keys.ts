import { nearest } from "../nearest.ts";
import { plural } from "../text.ts";
import { entries, fileSpec, isMap, type Entry, type KeySpec } from "./key-spec.ts";
import { pathText, type Path, type Problem } from "./problem.ts";

/** Keys that other versions wrote or documented and that nothing ever read, and where their meaning lives. */
const MOVED: Readonly<Record<string, string>> = {
  display: "ui (display_type)",
  timeout: "timeout_settings",
  task: "prompt",
  question: "prompt",
  "ui.type": "ui.display_type",
  "orchestrator.timeout": "timeout_settings",
  "orchestrator.skills_directory": "orchestrator.coordination.skills_directory",
  "agents[].append_system_prompt": "agents[].system_message",
  "agents[].system_prompt": "agents[].system_message",
  "agents[].backend.append_system_prompt": "agents[].system_message",
  "agents[].backend.system_prompt": "agents[].system_message",
  "agents[].backend.system_message": "agents[].system_message",
};

/** Keys that nothing ever read and that have no other home. */
const DEAD: readonly string[] = [
  "nlip",
  "filesystem_memory",
  "hooks",
  "orchestrator.session_storage",
  "orchestrator.type",
  "orchestrator.max_turns",
  "orchestrator.nlip",
  "agents[].backend.enforce_read_before_delete",
];

const MOST_UNKNOWN = 40;

/** Keys without effect: unknown ones with what was probably meant, and known ones that are not used here. */
export function unusedKeys(raw: unknown, spec: KeySpec = fileSpec, root: Path = []): Problem[] {
  const all = [...entries(spec, raw, root)];
  const unknown = all.filter(({ spec, key }) => !spec && !key.startsWith("x-"));
  const more = unknown.length - MOST_UNKNOWN;
  return [
    ...unknown.slice(0, MOST_UNKNOWN).map(unknownKey),
    ...(more > 0 ? [tooMany(more, unknown[MOST_UNKNOWN])] : []),
    ...ignoredKeys(all),
  ];
}

/** agents[].backend.type, whatever the index and however a single agent is written. */
function patternOf(path: Path): string {
  const steps = path.map((part) => (typeof part === "number" ? "[]" : `.${part}`)).join("");
  return steps.slice(1).replace(/^agent(?=\.|$)/, "agents[]");
}

function unknownKey({ path, key, level }: Entry): Problem {
  const name = pathText(path);
  const pattern = patternOf(path);
  const moved = Object.hasOwn(MOVED, pattern) ? MOVED[pattern] : undefined;
  if (moved !== undefined) {
    const message = `${name} is never read`;
    return { severity: "warning", code: "dead-key", path, message, hint: `Did you mean ${moved}?` };
  }
  if (DEAD.includes(pattern)) {
    return { severity: "warning", code: "dead-key", path, message: `${name} is never read`, hint: "Remove it." };
  }
  const message = `${name} is not a key that massgen knows; it is ignored`;
  return { severity: "warning", code: "unknown-key", path, message, hint: unknownHint(key, level, pattern) };
}

function unknownHint(key: string, level: readonly string[], pattern: string): string {
  const close = key.length > 64 ? undefined : nearest(key, level);
  if (close !== undefined) return `Did you mean "${close}"?`;
  const places = placesOf(key);
  const home = places.find((place) => place.startsWith(pattern.slice(0, pattern.search(/[.[]|$/)))) ?? places[0];
  if (home !== undefined) return `It belongs at ${home}.`;
  return level.length <= 8 ? `Keys here: ${level.join(", ")}.` : "configs/README.md lists all keys.";
}

/** Where in a file a key of that name may stand. */
function placesOf(key: string): readonly string[] {
  return [...knownKeys(fileSpec, "")].filter((place) => place.endsWith(`.${key}`) || place === key);
}

function* knownKeys(spec: KeySpec, at: string): Generator<string> {
  if (spec.items) yield* knownKeys(spec.items, `${at}[]`);
  for (const one of spec.anyOf ?? []) yield* knownKeys(one, at);
  for (const [key, below] of Object.entries(spec.properties ?? {})) {
    const place = at === "" ? key : `${at}.${key}`;
    yield place;
    yield* knownKeys(below, place);
  }
}

function tooMany(more: number, first: Entry | undefined): Problem {
  return {
    severity: "warning",
    code: "unknown-key",
    path: first?.path ?? [],
    message: `${plural(more, "more unknown key")} from here on`,
    hint: "Is this a massgen configuration?",
  };
}

/** One problem for each kind of key, at the first place where it stands. Keys that are switched off lose nothing. */
function ignoredKeys(all: readonly Entry[]): readonly Problem[] {
  const kinds = new Map<string, readonly Entry[]>();
  for (const entry of all) {
    if (!entry.spec?.note || isOff(entry.value)) continue;
    const pattern = patternOf(entry.path);
    kinds.set(pattern, [...(kinds.get(pattern) ?? []), entry]);
  }
  return [...kinds.values()].flatMap(([first, ...others]): Problem[] => {
    const note = first?.spec?.note;
    if (!note) return [];
    const also = others.length === 0 ? "" : ` (also in ${plural(others.length, "other place")})`;
    return [
      {
        severity: note.ignored === "moot" ? "info" : "warning",
        code: "ignored",
        path: first.path,
        message: `${pathText(first.path)} ${note.why}${also}`,
      },
    ];
  });
}

function isOff(value: unknown): boolean {
  if (value === null || value === false || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) && (Object.keys(value).length === 0 || value["enabled"] === false);
}
