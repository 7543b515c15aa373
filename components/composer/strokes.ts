import type { Key } from "ink";

/**
 * What the user did, taken apart: a key by its chord ("ctrl+a", "shift+enter", "up"), typed text, or a paste.
 * `bracketed`: the terminal said where the paste ends, so what follows it was typed.
 */
export type Stroke =
  | { readonly kind: "key"; readonly chord: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "paste"; readonly text: string; readonly bracketed: boolean };

const NAMED = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageDown", "pagedown"],
  ["pageUp", "pageup"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "escape"],
  ["tab", "tab"],
  ["backspace", "backspace"],
  ["delete", "delete"],
] as const satisfies readonly (readonly [keyof Key, string])[];

/** More lines than this do not come from a keyboard in one read. */
const MOST_LINES_TYPED = 8;

/** Somebody typed on while the program was at something else. Nobody pastes an empty line and a word. */
const TYPED_AFTER_ENTER = /^\r[^\r\n]{1,8}$/;

/** One read of the terminal can hold many keys (a slow line, type-ahead, tmux): all of them, in order. */
export function strokesOf(input: string, key: Key): readonly Stroke[] {
  if (key.eventType === "release") return [];
  const named = NAMED.find(([flag]) => key[flag])?.[1];
  if (named !== undefined) return [chord(`${modifiers(key)}${key.shift ? "shift+" : ""}${named}`)];
  if (input === "" || key.super || key.hyper) return [];
  if (key.ctrl || key.meta) return [chord(`${modifiers(key)}${input.toLowerCase()}`)];
  return chunkStrokes(input);
}

/**
 * A chunk with its only Enter at the end is text and Enter, or at the start with little behind it. Any other text with Enters is a paste: it must not submit.
 * Line feeds alone are Ctrl+J unless they are too many for a hand: terminals paste line ends as Enters.
 */
function chunkStrokes(chunk: string): readonly Stroke[] {
  // Nobody pastes control characters, and several Enters alone are no text.
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(chunk) || /^[\r\n]+$/.test(chunk)) return typed(chunk);
  const ends = chunk.match(/\r\n|\r|\n/g) ?? [];
  const enters = ends.filter((end) => end !== "\n");
  const isOneAtAnEnd = enters.length === 1 && (chunk.endsWith("\r") || TYPED_AFTER_ENTER.test(chunk));
  const byHand = enters.length === 0 || isOneAtAnEnd;
  if (byHand && ends.length <= MOST_LINES_TYPED) return typed(chunk);
  return [{ kind: "paste", text: chunk, bracketed: false }];
}

/** Control characters in the midst of typed text are keys of their own; a tab is one at the end, or where there are only tabs. */
function typed(chunk: string): readonly Stroke[] {
  if (/^\t+$/.test(chunk)) return Array.from(chunk, () => chord("tab"));
  const parts = chunk.match(/\t$|[\x00-\x08\x0a-\x1f]|(?:[^\x00-\x08\x0a-\x1f](?<!\t(?=$)))+/g) ?? [];
  return parts.map((part): Stroke => {
    if (part === "\t") return chord("tab");
    if (part === "\r") return chord("enter");
    const code = part.charCodeAt(0);
    if (code >= 0x20 || code === 9) return { kind: "text", text: part };
    return chord(`ctrl+${String.fromCharCode(code + (code <= 26 ? 96 : 64))}`);
  });
}

function modifiers({ ctrl, meta }: Key): string {
  return `${ctrl ? "ctrl+" : ""}${meta ? "alt+" : ""}`;
}

function chord(name: string): Stroke {
  return { kind: "key", chord: name };
}
