// Dropping beats parsing: no escape sequence survives without its ESC, whatever it was and however it was split.
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- control characters are what this removes
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|\udb40[\udc00-\udc7f]/g;

/** Text from a model, a tool or a file, made safe to print: no control characters but newline, no bidi overrides, no invisible tags. */
export function plain(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, "\n").replaceAll("\t", "  ").replace(UNSAFE, "");
}
