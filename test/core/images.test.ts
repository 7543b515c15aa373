import { describe, expect, test } from "vitest";
import { readImageFormat } from "../../src/core/image-format.ts";
import { droppedImage, mentionedImages } from "../../src/core/image-paths.ts";
import { pngOf } from "../helpers/pictures.ts";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");
const latin = (text: string): Buffer => Buffer.from(text, "latin1");

describe("an image is known by its bytes", () => {
  const exif = Buffer.concat([hex("ffe10008"), Buffer.alloc(6)]);
  test.each([
    ["PNG", pngOf(640, 480), { mediaType: "image/png", width: 640, height: 480 }],
    ["GIF", Buffer.concat([latin("GIF89a"), hex("0a00 1400 00 00 00")]), { width: 10, height: 20 }],
    [
      "JPEG behind Exif",
      Buffer.concat([hex("ffd8"), exif, hex("ffc0 0011 08 001e 0028 03 01 22 00")]),
      { width: 40, height: 30 },
    ],
    ["progressive JPEG", hex("ffd8 ffff c2 0011 08 001e 0028 03 01 22 00"), { width: 40, height: 30 }],
    [
      "lossy WebP",
      Buffer.concat([latin("RIFF....WEBPVP8 "), hex("00000000 000000 9d012a 2800 1e00")]),
      { width: 40, height: 30 },
    ],
    [
      "lossless WebP",
      Buffer.concat([latin("RIFF....WEBPVP8L"), hex("00000000 2f 27400700 00000000 00")]),
      { width: 40, height: 30 },
    ],
    [
      "extended WebP",
      Buffer.concat([latin("RIFF....WEBPVP8X"), hex("0a000000 00000000 270000 1d0000")]),
      { width: 40, height: 30 },
    ],
  ])("%s", (_, bytes, size) => {
    expect(readImageFormat(bytes)).toMatchObject(size);
  });

  test.each([
    ["text", latin("hello, this is a text that is long enough")],
    ["nothing", Buffer.alloc(0)],
    ["a torn PNG", pngOf(4, 4).subarray(0, 20)],
    ["a torn JPEG", hex("ffd8 ffe1 0008 0000")],
    ["a JPEG that is none", hex("ffd8 00000000000000000000")],
    ["an empty picture", pngOf(0, 4)],
  ])("%s is none", (_, bytes) => {
    expect(readImageFormat(bytes)).toBeUndefined();
  });

  test("no start of a picture, however short, is more than no picture", () => {
    for (const whole of [pngOf(3, 3), hex("ffd8 ffc0 0011 08 001e 0028 03 01 22 00 03 11 01")])
      for (let length = 0; length < whole.length; length++) readImageFormat(whole.subarray(0, length));
  });
});

test("images that a message mentions are found with their quotes, without the punctuation behind", () => {
  const text = 'see @a.png, (@"my shot.JPG") and @b.ts, me@x.png; @c.webp';
  const found = mentionedImages(text).map(({ from, to, path }) => [text.slice(from, to), path]);
  expect(found).toEqual([
    ["@a.png", "a.png"],
    ['@"my shot.JPG"', "my shot.JPG"],
    ["@c.webp", "c.webp"],
  ]);
});

test.each([
  ["/tmp/a.png", "/tmp/a.png"],
  ["'/tmp/my shot.png' ", "/tmp/my shot.png"],
  ["/tmp/my\\ shot\\ \\(1\\).png", "/tmp/my shot (1).png"],
  ["file:///tmp/my%20shot.png", "/tmp/my shot.png"],
  ["~/a.jpg", "~/a.jpg"],
  ["C:\\shots\\a.png", "C:\\shots\\a.png"],
  ["a.png", undefined],
  ["/tmp/a.png /tmp/b.png", undefined],
  ["/tmp/a.txt", undefined],
  ["/tmp/a.png\nmore", undefined],
])("dropped: %s", (pasted, path) => {
  expect(droppedImage(pasted)).toBe(path);
});
