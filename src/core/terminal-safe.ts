// Dropping beats parsing: no escape sequence survives without its ESC, whatever it was and however it was split.
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- control characters are what this removes
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\u115f\u180e\u3164\uffa0\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** Text from a model, a tool or a file, made safe to print: no control characters but newline, no bidi overrides, no invisible tags, no blank letters that terminals give columns and nobody sees. */
export function plain(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, "\n").replaceAll("\t", "  ").replace(UNSAFE, "");
}

/** JSON that means the same and is safe to print: what steers a terminal is written as an escape. */
export function printableJson(json: string): string {
  return json.replace(UNSAFE, (characters) =>
    Array.from({ length: characters.length }, (_, index) => characters.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/** Text as `plain` makes it, with something to see in the place of everything that cannot be seen: for what the user is to agree to. */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\t", "  ")
    .replace(UNSAFE, (character) => {
      const code = character.codePointAt(0) ?? 0;
      if (code < 0x20) return String.fromCodePoint(0x2400 + code);
      return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
    });
}

/** How many characters of a text nobody sees, line ends and tabs aside. */
export function invisibleCount(text: string): number {
  return text.replace(/\r\n/g, "\n").match(UNSAFE)?.length ?? 0;
}
