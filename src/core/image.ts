import * as z from "zod";
import { formatBytes } from "./text.ts";

export const MediaType = z.enum(["image/png", "image/jpeg", "image/gif", "image/webp"]);
export type MediaType = z.infer<typeof MediaType>;

/** An image as a conversation knows it. Its bytes lie in a file beside the journal that is called as they hash. */
export const Image = z.object({
  /** SHA-256 of the bytes, in hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  mediaType: MediaType,
  bytes: z.int().positive(),
  width: z.int().positive(),
  height: z.int().positive(),
  /** What it is called: "Image 1" when the user showed it, its path when a tool read it. */
  name: z.string().min(1),
});
export type Image = z.infer<typeof Image>;

/** The bytes of an image. Rejects with FaultError when they are not there any more, or are others now. */
export type ReadImage = (image: Image) => Promise<Uint8Array>;

/** "[Image 1 · 640×480 · 83 kB]": stands for it in a text. */
export function imageLabel({ name, width, height, bytes }: Image): string {
  return `[${name} · ${width}×${height} · ${formatBytes(bytes)}]`;
}

/** About what it costs a model, whichever: providers shrink large ones to some 1.15 megapixels. */
export function imageTokens({ width, height }: Image): number {
  return 85 + Math.min(1600, Math.ceil((width * height) / 750));
}

export function isImagePath(path: string): boolean {
  return /\.(png|jpe?g|gif|webp)$/i.test(path);
}
