const WORDS = "the team reads what is there and asks which of the two ways costs less to change later".split(" ");
const PARAGRAPH = 60;

/** Markdown as models write it: a token is a word; every paragraph is a heading, a list, some code, or just text. */
export function prose(tokens: number): string {
  return Array.from({ length: tokens }, (_, index) => token(index)).join("");
}

function token(index: number): string {
  const word = WORDS[index % WORDS.length] ?? "";
  const place = index % PARAGRAPH;
  const kind = Math.floor(index / PARAGRAPH) % 4;
  if (place === 0) return ["\n\n## ", "\n\n- ", "\n\n```ts\n", "\n\n"][kind] + word;
  if (place === PARAGRAPH - 1) return kind === 2 ? `\n\`\`\`` : ` ${word}.`;
  if (place % 12 === 0)
    return kind === 1 ? `\n- ${word}` : kind === 0 && place === 12 ? `\n\n**${word}**` : `\n${word}`;
  return ` ${word}`;
}
