import { secretForms, SHAPES, UNFINISHED } from "./secret-forms.ts";

/** Stands where a secret stood. Written into a file it would destroy what was there: tools that write refuse it. */
export const REDACTED = "[secret removed]";

/** Takes secrets out of whatever is kept, shown or sent. */
export type Redactor = {
  readonly text: (text: string) => string;
  /** Every text in a JSON value, keys of maps too. The same value when there is nothing to take out. */
  readonly value: <Value>(value: Value) => Value;
  /** For a text that comes in pieces: a secret that is cut in two is found all the same. */
  readonly stream: () => RedactingStream;
};

export type RedactingStream = {
  /** What is safe to pass on by now. What may be the beginning of a secret waits for the next piece. */
  readonly push: (piece: string) => string;
  /** The rest. The stream begins anew afterwards. */
  readonly end: () => string;
};

/** Beyond this, what looks like a key that goes on and on is one. */
const MAX_HELD = 64 * 1024;

/** `values` are the secrets that are known, in whatever form they may turn up; keys of usual formats are found besides. */
export function createRedactor(values: readonly string[]): Redactor {
  const forms = secretForms(values);
  const firsts = new Set(forms.map((form) => form.charAt(0)));
  const longest = forms.reduce((length, form) => Math.max(length, form.length), 0);

  const text = (given: string): string => withoutShapes(withoutKnown(given));

  function withoutKnown(given: string): string {
    return forms.reduce((rest, form) => (rest.includes(form) ? rest.replaceAll(form, REDACTED) : rest), given);
  }

  /** Where the part begins that may be the beginning of a known secret. */
  function undecided(buffer: string): number {
    for (let at = Math.max(0, buffer.length - longest + 1); at < buffer.length; at++) {
      if (!firsts.has(buffer.charAt(at))) continue;
      const rest = buffer.slice(at);
      if (forms.some((form) => form.length > rest.length && form.startsWith(rest))) return at;
    }
    return buffer.length;
  }

  return {
    text,
    value: (value) => mapTexts(value, text) as typeof value,
    stream() {
      let held = "";
      return {
        push(piece) {
          const buffer = withoutKnown(held + piece);
          const unfinished = UNFINISHED.exec(buffer)?.index ?? buffer.length;
          const cut = beforeShapes(buffer, Math.min(undecided(buffer), unfinished));
          const isEndless = buffer.length - cut > MAX_HELD;
          held = isEndless ? "" : buffer.slice(cut);
          return withoutShapes(buffer.slice(0, cut)) + (isEndless ? REDACTED : "");
        },
        end() {
          const rest = text(held);
          held = "";
          return rest;
        },
      };
    },
  };
}

function withoutShapes(text: string): string {
  return SHAPES.reduce((rest, shape) => rest.replace(shape, REDACTED), text);
}

/** The cut, moved to the front of a secret that it would go through. */
function beforeShapes(text: string, cut: number): number {
  return SHAPES.reduce((at, shape) => {
    const through = [...text.matchAll(shape)].find((match) => match.index < at && match.index + match[0].length > at);
    return through?.index ?? at;
  }, cut);
}

/** Parts of a reply as the provider wrote them. What it has signed goes back to it unchanged, or not at all. */
const NATIVE = "native";
const OPAQUE = /^(?:signature|thought_?signature|encrypted_content|data)$/i;

function nativeTexts(value: unknown, edit: (text: string) => string): unknown {
  let isSigned = false;
  const edited = mapTexts(value, edit, (key) => {
    const isOpaque = OPAQUE.test(key);
    isSigned ||= isOpaque;
    return isOpaque;
  });
  return edited !== value && isSigned ? undefined : edited;
}

function mapTexts(
  value: unknown,
  edit: (text: string) => string,
  isOpaque: (key: string) => boolean = () => false,
): unknown {
  if (typeof value === "string") return edit(value);
  if (Array.isArray(value)) {
    const edited = value.map((item: unknown) => mapTexts(item, edit, isOpaque));
    return edited.some((item, index) => item !== value[index]) ? edited : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const edited = entries.map(([key, item]): [string, unknown] => {
    if (isOpaque(key)) return [key, item];
    return [edit(key), key === NATIVE ? nativeTexts(item, edit) : mapTexts(item, edit, isOpaque)];
  });
  const isSame = edited.every(([key, item], index) => key === entries[index]?.[0] && item === entries[index][1]);
  return isSame ? value : Object.fromEntries(edited);
}
