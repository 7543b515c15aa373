import { EventEmitter } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { askGround, type Ground } from "../../src/cli/terminal/ground.ts";

/** What a reader of the terminal gets, as Ink reads it. */
function listen() {
  const chunks: (string | null)[] = [];
  const heard: string[] = [];
  const grounds: Ground[] = [];
  const written: string[] = [];
  const emitter = new EventEmitter();
  const stdin = {
    read: (): unknown => chunks.shift() ?? null,
    emit: (event: "readable") => emitter.emit(event),
  };
  const asking = askGround(
    stdin,
    (bytes) => written.push(bytes),
    (ground) => grounds.push(ground),
  );
  const readable = (): void => {
    for (let chunk = stdin.read(); chunk !== null; chunk = stdin.read()) heard.push(chunk as string);
  };
  emitter.on("readable", readable);
  return {
    heard: () => heard.join(""),
    grounds,
    written,
    send(...parts: readonly string[]) {
      for (const part of parts) {
        chunks.push(part);
        stdin.emit("readable");
      }
    },
    end: asking.end,
  };
}

describe("the terminal is asked for its background", () => {
  test.each([
    ["\u001b]11;rgb:ffff/ffff/ffff\u001b\\", "light"],
    ["\u001b]11;rgb:fd/f6/e3\u0007", "light"],
    ["\u001b]11;rgb:0000/2b2b/3636\u0007", "dark"],
    ["\u001b]11;rgba:1e1e/1e1e/1e1e/ffff\u001b\\", "dark"],
  ] as const)("%j is %s, and nobody reads it", (answer, ground) => {
    const one = listen();
    expect(one.written).toEqual(["\u001b]11;?\u001b\\"]);
    one.send(`before${answer}after`);
    expect(one.grounds).toEqual([ground]);
    expect(one.heard()).toBe("beforeafter");
    one.end();
  });

  test("an answer that comes in any two parts, among typed keys, is put together; every key arrives once", () => {
    const answer = "\u001b]11;rgb:ffff/ffff/ffff\u001b\\";
    for (let cut = 1; cut < answer.length; cut++) {
      const one = listen();
      one.send(`hel${answer.slice(0, cut)}`, `${answer.slice(cut)}lo`);
      expect([one.heard(), one.grounds]).toEqual(["hello", ["light"]]);
      one.end();
    }
  });

  test("keys that begin like an answer come through after a moment, in order", () => {
    vi.useFakeTimers();
    const one = listen();
    one.send("\u001b");
    one.send("\u001b]");
    vi.advanceTimersByTime(60);
    expect(one.heard()).toBe("\u001b\u001b]");
    one.send("\u001b", "[A", "x");
    expect(one.heard()).toBe("\u001b\u001b]\u001b[Ax");
    vi.advanceTimersByTime(5000);
    one.send("\u001b");
    expect(one.heard().endsWith("x\u001b")).toBe(true);
    one.send("\u001b]11;rgb:ffff/ffff/ffff\u0007y");
    expect(one.heard().endsWith("x\u001by")).toBe(true);
    expect(one.grounds).toEqual([]);
    one.end();
    vi.useRealTimers();
  });
});
