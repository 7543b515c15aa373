import { expect, test } from "vitest";
import { createPicture } from "../../src/app/live-feed.ts";

test("what changed just before a picture closes is told, once, and nothing after it", () => {
  let shown = "a";
  const picture = createPicture(() => shown, 60_000);
  const heard: string[] = [];
  picture.subscribe(() => heard.push(picture.get()));
  for (const next of ["b", "c"]) {
    shown = next;
    picture.changed();
  }
  picture.close();
  picture.close();
  expect(heard).toEqual(["c"]);
});
