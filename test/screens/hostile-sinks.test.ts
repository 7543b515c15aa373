import { describe, expect, test } from "vitest";
import { HOSTILE, rawControls, withoutOwn } from "../helpers/hostile-text.ts";
import { SINKS } from "./hostile-sinks.tsx";

const COUNT = HOSTILE.length * Object.keys(SINKS).length;

describe(`${HOSTILE.length} payloads at ${Object.keys(SINKS).length} places: ${COUNT}`, () => {
  test.each(Object.entries(SINKS))("%s steers no terminal", async (_name, sink) => {
    const { raw, frames, tooWide } = await sink(HOSTILE.map((payload, index) => `q${index}q ${payload} z${index}z`));
    expect(offenders(raw)).toEqual([]);
    // Of a row that is there already only what differs is written.
    const seen = [raw, ...frames].join("\n");
    expect(HOSTILE.filter((_, index) => !seen.includes(`q${index}q`))).toEqual([]);
    expect(tooWide).toEqual([]);
  });
});

/** What steers, each with the payload that was written before it. */
function offenders(raw: string): readonly string[] {
  return withoutOwn(raw)
    .split(/(?=q\d+q)/)
    .flatMap((part) => rawControls(part).map((found) => `${/^q\d+q/.exec(part)?.[0]}: ${found}`));
}
