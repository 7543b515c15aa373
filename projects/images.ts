import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FaultError } from "../src/core/fault.ts";
import { readImageFormat } from "../src/core/image-format.ts";
import type { Image, ReadImage } from "../src/core/image.ts";
import { writeAtomic } from "./atomic-write.ts";
import { diskFault } from "./disk-fault.ts";

/** The images of a conversation, in files that are called as their content hashes. */
export type ImageStore = {
  /** The same bytes again are the same file. Throws FaultError for what is no image. */
  readonly keep: (bytes: Uint8Array, name: string) => Promise<Image>;
  readonly read: ReadImage;
};

/** Where the images of a journal lie: beside it. */
export function imagesBeside(journal: string): string {
  return join(dirname(journal), "images");
}

/** `directory` is asked for at each use: a session can move. It is made when there is something to keep. */
export function openImageStore(directory: () => string): ImageStore {
  return {
    async keep(bytes, name) {
      const image = describeImage(bytes, name);
      const path = pathIn(directory(), image);
      await mkdir(directory(), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
        throw diskFault(error, "make", directory());
      });
      await writeAtomic(path, Buffer.from(bytes), { durable: true, mode: 0o600 });
      return image;
    },
    async read(image) {
      const path = pathIn(directory(), image);
      const bytes = await readFile(path).catch((error: unknown) => {
        throw diskFault(error, `read ${image.name}`, path);
      });
      if (hashOf(bytes) === image.hash) return bytes;
      throw new FaultError({
        code: "disk",
        message: `${image.name} is not what it was: ${path} was changed`,
        hint: "Show it again.",
      });
    },
  };
}

/** Throws FaultError "tool" for what is no image that models take. */
export function describeImage(bytes: Uint8Array, name: string): Image {
  const format = readImageFormat(bytes);
  if (format) return { hash: hashOf(bytes), ...format, bytes: bytes.byteLength, name };
  throw new FaultError({
    code: "tool",
    message: `${name} is no image that models take, or a damaged one`,
    hint: "PNG, JPEG, GIF and WebP are taken.",
  });
}

function pathIn(directory: string, { hash, mediaType }: Image): string {
  return join(directory, `${hash}.${mediaType.slice("image/".length)}`);
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
