import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";
import type { Image } from "../../src/core/image.ts";

/** A real PNG of one colour. `fill` makes it larger than it needs to be: that many bytes of a comment. */
export function pngOf(width: number, height: number, fill = 0): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc((width * 3 + 1) * height, 0x7f);
  for (let row = 0; row < height; row++) rows[row * (width * 3 + 1)] = 0;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    ...(fill > 0 ? [chunk("tEXt", Buffer.alloc(fill, 0x61))] : []),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const named = Buffer.concat([Buffer.from(type), body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

export function imageOf(bytes: Buffer, name: string, [width, height]: readonly [number, number]): Image {
  const hash = createHash("sha256").update(bytes).digest("hex");
  return { hash, mediaType: "image/png", bytes: bytes.length, width, height, name };
}
