/** The last line of what a model is writing that says something, without its markdown marks. */
export function lastLine(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/^[\s>#*`|-]+|[\s*`|]+$/g, ""));
  return lines.findLast((line) => /[\p{L}\p{N}]/u.test(line)) ?? "";
}
