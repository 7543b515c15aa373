import { nearest } from "../src/core/nearest.ts";
import { type KeyName, keys, viewKeys } from "./keys.ts";

/** The keys as this user has them. */
export type Keymap = {
  /** The chord that the screen knows for the one that was pressed; undefined when it does nothing any more. */
  readonly chordOf: (pressed: string) => string | undefined;
  readonly shown: Readonly<Record<KeyName, string>>;
  /** What of the user's bindings could not be used, a line each. */
  readonly problems: readonly string[];
};

/** Whoever writes a hint needs the keys as they are shown, and nothing else. */
export type ShownKeys = Pick<Keymap, "shown">;

/** For who types lines, and has no keys: no hint names one. */
export function withoutKeys(keymap: Keymap): Keymap {
  const none = Object.keys(keymap.shown).map((name) => [name, ""]);
  return { ...keymap, shown: Object.fromEntries(none) as Keymap["shown"] };
}

/** The one key to name in a hint; empty when the user has none for it. */
export function keyOf({ shown }: ShownKeys, name: KeyName): string {
  return shown[name].split(" ")[0] ?? "";
}

/** "esc back · enter opens": what each key would do, without those that the user has no key for. */
export function hints(keymap: ShownKeys, ...parts: readonly (readonly [KeyName, string] | string)[]): string {
  const said = parts.map((part) => {
    if (typeof part === "string") return part;
    const key = keyOf(keymap, part[0]);
    return key === "" ? "" : `${key} ${part[1]}`;
  });
  return said.filter((part) => part !== "").join(" · ");
}

/** "↑ ↓ scroll" */
export function arrows(keymap: ShownKeys, does: string): string {
  return `${keyOf(keymap, "earlier")} ${keyOf(keymap, "later")} ${does}`.trim();
}

/** A key of a view as this user presses it: those that also are keys of the composer move along with them. */
export function viewKeyOf(keymap: Keymap, name: keyof typeof viewKeys): string {
  const { chords, show } = viewKeys[name];
  const usual = SHARED.find((one) => (keys[one].chords as readonly string[])[0] === chords[0]);
  if (usual === undefined) return show;
  return show.replace(keys[usual].show, keymap.shown[usual]).trim();
}

/** Keys of the composer that views know, too, by their first chord. */
const SHARED = ["stop", "send", "complete", "earlier", "later", "left", "right"] as const satisfies readonly KeyName[];

const NAMED = "up down left right pageup pagedown home end enter escape tab backspace delete".split(" ");
/** Terminals send the same for both. */
const SAME: Readonly<Record<string, string>> = { "ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "escape" };
const MODIFIERS = ["ctrl+", "alt+", "shift+"];

/** `bindings` maps names of `keys` to a chord or several ("ctrl+r", [] for none); `file` is what problems name. */
export function readKeymap(bindings: unknown, file: string): Keymap {
  const problems: string[] = [];
  const problem = (text: string): void => void problems.push(`${file}: ${text}`);
  const chosen = new Map<KeyName, readonly string[]>();
  const owner = new Map<string, KeyName>();
  for (const [name, value] of entriesOf(bindings, problem)) {
    if (!isKeyName(name)) {
      const meant = nearest(name, Object.keys(keys));
      problem(
        `there is no key "${name}". ${meant === undefined ? `There are ${Object.keys(keys).join(", ")}.` : `Did you mean "${meant}"?`}`,
      );
      continue;
    }
    const chords = chordsOf(name, value, problem).filter((chord) => {
      const other = owner.get(chord);
      if (other !== undefined) problem(`"${chord}" is ${other} already, so it is not ${name}`);
      return other === undefined;
    });
    chords.forEach((chord) => owner.set(chord, name));
    chosen.set(name, chords);
  }
  return { chordOf: (pressed) => translate(pressed, chosen, owner), shown: shownKeys(chosen), problems };
}

function entriesOf(bindings: unknown, problem: (text: string) => void): readonly (readonly [string, unknown])[] {
  if (bindings === undefined || bindings === null) return [];
  if (typeof bindings === "object" && !Array.isArray(bindings)) return Object.entries(bindings);
  problem('expected names of keys with their chords, such as "search: ctrl+r"');
  return [];
}

function isKeyName(name: string): name is KeyName {
  return Object.hasOwn(keys, name);
}

function chordsOf(name: KeyName, value: unknown, problem: (text: string) => void): readonly string[] {
  if (name === "cancel") problem("cancel stays on ctrl+c: it is how one gets out of everything");
  if (name === "cancel") return keys.cancel.chords;
  const given: readonly unknown[] = Array.isArray(value) ? value : value === null ? [] : [value];
  return given.flatMap((one): string[] => {
    const chord = typeof one === "string" ? normalised(one) : undefined;
    if (chord === undefined) {
      problem(`${name}: ${JSON.stringify(one)} is no key. Write ctrl+r, alt+up, shift+tab, pagedown, …`);
      return [];
    }
    if (SAME[chord] !== undefined) problem(`${name}: terminals send ${SAME[chord]} for ${chord}; choose another key`);
    else if (chord === "ctrl+c") problem(`${name}: ctrl+c stays what it is: it is how one gets out of everything`);
    else return [chord];
    return [];
  });
}

/** "Shift-Alt+X" is "alt+shift+x". Undefined: no key that a terminal tells apart from text. */
function normalised(text: string): string | undefined {
  const parts = text
    .trim()
    .toLowerCase()
    .replaceAll("-", "+")
    .split("+")
    .map((part) => part.trim());
  const key = parts.pop() ?? "";
  if (parts.some((part) => !MODIFIERS.includes(`${part}+`))) return undefined;
  const modifiers = MODIFIERS.filter((modifier) => parts.includes(modifier.slice(0, -1))).join("");
  const isLetter = /^[a-z_\\\]^]$/.test(key) && /ctrl|alt/.test(modifiers) && !modifiers.includes("shift");
  return isLetter || NAMED.includes(key) ? modifiers + key : undefined;
}

function translate(
  pressed: string,
  chosen: ReadonlyMap<KeyName, readonly string[]>,
  owner: ReadonlyMap<string, KeyName>,
): string | undefined {
  const name = owner.get(pressed);
  if (name !== undefined) return keys[name].chords[0];
  const usual = Object.entries(keys).filter(([, { chords }]) => (chords as readonly string[]).includes(pressed));
  const moved = usual.length > 0 && usual.every(([each]) => isKeyName(each) && chosen.has(each));
  return moved ? undefined : pressed;
}

function shownKeys(chosen: ReadonlyMap<KeyName, readonly string[]>): Keymap["shown"] {
  const names = Object.keys(keys).filter(isKeyName);
  const show = (name: KeyName): string => chosen.get(name)?.map(shownChord).join(" ") ?? keys[name].show;
  return Object.fromEntries(names.map((name) => [name, show(name)])) as Record<KeyName, string>;
}

/** "⌃R", "alt+R", "shift+tab" */
function shownChord(chord: string): string {
  const upper = chord.replace(/(?<=\+)[a-z]$/, (letter) => letter.toUpperCase());
  return upper.replace(/^ctrl\+(?=.$)/, "⌃");
}
