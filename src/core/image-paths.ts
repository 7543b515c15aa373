import { isImagePath } from "./image.ts";

/** Where a text names an image file, and how: `from` and `to` are the whole word, quotes and @ included. */
export type ImagePath = { readonly from: number; readonly to: number; readonly path: string };

const MENTION = /(?<=^|[\s([{,;:'"`])@(?:"([^"\n]+)"|([^\s@"]+))/gu;

/** Every @file of a message that is called as images are. */
export function mentionedImages(text: string): readonly ImagePath[] {
  return [...text.matchAll(MENTION)].flatMap((found) => {
    const bare = found[2] ?? "";
    // "@a.png, and": punctuation behind a name is none of it.
    const path = found[1] ?? bare.replace(/[.,;:!?)\]}'`]+$/, "");
    const to = found.index + found[0].length - (found[1] === undefined ? bare.length - path.length : 0);
    return isImagePath(path) ? [{ from: found.index, to, path }] : [];
  });
}

/** The file that a terminal pastes when an image is dropped on it: quoted, escaped, or a file: URL. */
export function droppedImage(pasted: string): string | undefined {
  const text = pasted.trim();
  if (text.includes("\n")) return undefined;
  const [, quoted] = /^(?:'([^']+)'|"([^"]+)")$/.exec(text)?.filter((part) => part !== undefined) ?? [];
  const path = quoted ?? fromUrl(text) ?? text.replace(/\\([ ()'"&[\]{}!?*])/g, "$1");
  const isAbsolute = /^(\/|~\/|[a-z]:[\\/])/i.test(path);
  const isOne = quoted !== undefined || !/(?<!\\)\s/.test(text) || text.startsWith("file:");
  return isAbsolute && isOne && isImagePath(path) ? path : undefined;
}

function fromUrl(text: string): string | undefined {
  const [, path] = /^file:\/\/(?:localhost)?(\/\S+)$/i.exec(text) ?? [];
  try {
    return path === undefined ? undefined : decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
