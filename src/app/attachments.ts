import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { diskFault } from "../../projects/disk-fault.ts";
import { describeImage, type ImageStore } from "../../projects/images.ts";
import { FaultError } from "../core/fault.ts";
import { type Image, imageLabel, type ReadImage } from "../core/image.ts";
import { mentionedImages } from "../core/image-paths.ts";
import { formatBytes } from "../core/text.ts";
import { imageProblem } from "../models/images.ts";
import type { Environment } from "./config-directory.ts";
import { located } from "./located.ts";

/** A pipe that nobody writes to is opened all the same, and found to be no file. Windows has no such flag. */
const { O_RDONLY, O_NONBLOCK = 0 } = constants as typeof constants & Partial<typeof constants>;
const MAX_BYTES = 20 * 2 ** 20;

export type Illustrated = { readonly text: string; readonly images: readonly Image[] };

/** Images that the user shows. Their bytes are kept in memory until they are said: a draft leaves no file. */
export type Attachments = {
  /** Rejects with FaultError: no such file, no image, too large for the model. */
  readonly fromFile: (path: string) => Promise<Image>;
  readonly fromClipboard: () => Promise<Image>;
  /** A message with the images that it mentions by @file beside those it has. Where there is no such file, it stays words. */
  readonly mentioned: (said: Illustrated) => Promise<Illustrated>;
  /** The bytes of one that is not kept yet. */
  readonly read: ReadImage;
  /** Writes the bytes of what is about to be said. */
  readonly keep: (images: readonly Image[], store: Pick<ImageStore, "keep">) => Promise<void>;
};

export function createAttachments(options: {
  readonly cwd: string;
  readonly env: Environment;
  /** Of the backend that is to look at them. */
  readonly type: () => string;
  /** How many were shown before. */
  readonly shown: () => number;
}): Attachments {
  const { cwd, env, type, shown } = options;
  const drafts = new Map<string, Uint8Array>();
  let given = 0;

  return {
    fromFile: async (path) => attach(await readImageFile(located(path, cwd, env)), path),
    async fromClipboard() {
      const { clipboardImage } = await import("./clipboard-image.ts");
      return attach(await clipboardImage(env), "The image in the clipboard");
    },
    async mentioned({ text, images }) {
      const found: Image[] = [];
      let whole = "";
      let done = 0;
      for (const { to, path } of mentionedImages(text)) {
        const bytes = await readImageFile(located(path, cwd, env)).catch((error: unknown) => {
          if (error instanceof FaultError && isMissing(error)) return undefined;
          throw error;
        });
        if (!bytes) continue;
        const image = attach(bytes, path);
        found.push(image);
        whole += `${text.slice(done, to)} ${imageLabel(image)}`;
        done = to;
      }
      return { text: whole + text.slice(done), images: [...images, ...found] };
    },
    async read({ hash, name }) {
      const bytes = drafts.get(hash);
      if (bytes) return bytes;
      throw new FaultError({ code: "bug", message: `The bytes of ${name} are not at hand` });
    },
    async keep(images, store) {
      for (const image of images) {
        const bytes = drafts.get(image.hash);
        if (bytes) await store.keep(bytes, image.name);
      }
    },
  };

  function attach(bytes: Uint8Array, what: string): Image {
    const image = describeImage(bytes, what);
    const problem = imageProblem(type(), image);
    if (problem !== undefined) {
      throw new FaultError({ code: "usage", message: problem, hint: "Make it smaller, or save it in another format." });
    }
    given = Math.max(given, shown()) + 1;
    drafts.set(image.hash, bytes);
    return { ...image, name: `Image ${given}` };
  }
}

function isMissing({ cause }: FaultError): boolean {
  return cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR");
}

export async function readImageFile(path: string): Promise<Buffer> {
  try {
    const file = await open(path, O_RDONLY | O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (stats.isFile() && stats.size <= MAX_BYTES) return await file.readFile();
      const why = stats.isFile()
        ? `it has ${formatBytes(stats.size)}, and ${formatBytes(MAX_BYTES)} is the most`
        : "it is no file";
      throw new FaultError({ code: "usage", message: `${path} cannot be shown: ${why}`, hint: "Make it smaller." });
    } finally {
      await file.close();
    }
  } catch (error) {
    throw diskFault(error, "read", path);
  }
}
