import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { HOSTILE, rawControls, withoutOwn } from "../helpers/hostile-text.ts";
import { SINKS } from "./hostile-sinks.tsx";

const COUNT = HOSTILE.length * Object.keys(SINKS).length;

describe(`${HOSTILE.length} payloads at ${Object.keys(SINKS).length} places: ${COUNT}`, () => {
  test.each(Object.entries(SINKS))("%s steers no terminal", async (_name, sink) => {
    const { raw, frames } = await sink(HOSTILE.map((payload, index) => `q${index}q ${payload} z${index}z`));
    expect(offenders(raw)).toEqual([]);
    const shown = HOSTILE.flatMap((_, index) => (raw.includes(`q${index}q`) ? [index] : []));
    expect(shown).toHaveLength(HOSTILE.length);
    const tooWide = frames.flatMap(({ text, columns }) =>
      text.split("\n").filter((line) => stringWidth(line) > columns),
    );
    expect(tooWide).toEqual([]);
  });
});

/** What steers, each with the payload that it came from. */
function offenders(raw: string): readonly string[] {
  return withoutOwn(raw)
    .split(/(?=q\d+q)/)
    .flatMap((part) => rawControls(part).map((found) => `${/^q\d+q/.exec(part)?.[0]}: ${found}`));
}
