import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { configReference } from "../../src/core/config/reference.ts";

const README = fileURLToPath(new URL("../../configs/README.md", import.meta.url));
const START = "<!-- reference: made from the schema, see test/config/reference.test.ts -->";
const END = "<!-- prettier-ignore-end -->";
const REGENERATE =
  "configs/README.md does not hold what the schema says. To write it anew: npx vitest run --config test/vitest.config.ts --project unit test/config/reference.test.ts -u";

test("the reference in configs/README.md is the one that the schema makes", async () => {
  const text = await readFile(README, "utf8");
  const start = text.indexOf(START);
  const end = text.indexOf(END, start);
  expect(start, "the README has the mark where the reference begins").toBeGreaterThan(0);
  expect(end, "the README has the mark where the reference ends").toBeGreaterThan(start);
  const wanted = `${text.slice(0, start + START.length)}\n\n${configReference()}\n\n${text.slice(end)}`;
  await expect(wanted, REGENERATE).toMatchFileSnapshot(README);
});

test("every key in the reference has its meaning in words", () => {
  const [keys = ""] = configReference().split("### Backends");
  const rows = keys.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows.length).toBeGreaterThan(80);
  expect(rows.filter((line) => !/\w.*[.?] \|$/.test(line))).toEqual([]);
});
