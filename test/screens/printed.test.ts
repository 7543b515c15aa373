import { describe, expect, test } from "vitest";
import { type Entry, print, type Printed } from "../../components/chat/printed.ts";
import type { ChatItem } from "../../src/core/chat/state.ts";

const nothing: Printed = { entries: [], items: 0, reply: "" };
const reply = (text: string, kind: "lead" | "interrupted" = "lead"): ChatItem => ({ id: 1, at: 0, kind, text });
const asked: ChatItem = { id: 0, at: 0, kind: "user", text: "Why?" };
const fault: ChatItem = { id: 2, at: 0, kind: "fault", fault: { code: "network", message: "gone" } };

/** "part: …", "lead: …", "broken": what one would read. */
function read(entries: readonly Entry[]): string[] {
  return entries.map((entry) => {
    if (entry.kind === "broken") return "broken";
    if (entry.kind === "part") return `part: ${entry.text.trim()}`;
    return `${entry.item.kind}${"text" in entry.item ? `: ${entry.item.text}` : ""}`;
  });
}

const grow = (before: Printed, text: string, items: readonly ChatItem[] = [], room = Infinity) =>
  print(before, { items, text, room });

describe("while a reply is written", () => {
  test("its blocks are printed as they end, and the item that follows brings only the rest", () => {
    const first = grow(nothing, "One.\n\nTw", [asked]);
    expect(read(first.entries)).toEqual(["user: Why?", "part: One."]);
    const second = grow(first, "One.\n\nTwo.\n\nThr", [asked]);
    expect(read(second.entries).at(-1)).toBe("part: Two.");
    const over = grow(second, "", [asked, reply("One.\n\nTwo.\n\nThree.")]);
    expect(read(over.entries)).toEqual(["user: Why?", "part: One.", "part: Two.", "lead: Three."]);
    expect(over).toMatchObject({ items: 2, reply: "", more: false });
  });

  test("white space before and behind it is no difference", () => {
    const first = grow(nothing, "\n\nOne.\n\nTwo");
    expect(read(grow(first, "", [reply("\n\nOne.\n\nTwo\n")]).entries)).toEqual(["part: One.", "lead: Two\n"]);
    const all = grow(nothing, "One.\n\nTwo.");
    expect(read(grow({ ...all, reply: "One.\n\n" }, "", [reply("One.\n\n")]).entries)).toEqual(["part: One."]);
  });

  test("one that is stopped keeps what it had, and says so even when all of it is printed", () => {
    const first = grow(nothing, "One.\n\nTwo");
    expect(read(grow(first, "", [reply("One.\n\nTwo", "interrupted")]).entries)).toEqual([
      "part: One.",
      "interrupted: Two",
    ]);
    expect(read(grow(first, "", [reply("One.\n\n", "interrupted")]).entries)).toEqual(["part: One.", "interrupted: "]);
  });

  test("one that begins anew, or came to another text, is told from what is printed of it", () => {
    const first = grow(nothing, "One.\n\nTwo");
    expect(read(grow(first, "Uno.\n\nDue").entries)).toEqual(["part: One.", "broken", "part: Uno."]);
    expect(read(grow(first, "", [reply("Uno.")]).entries)).toEqual(["part: One.", "broken", "lead: Uno."]);
  });

  test("after a failure the next reply is a new one", () => {
    const failed = grow(grow(nothing, "One.\n\nTwo"), "", [fault]);
    expect(read(grow(failed, "", [fault, reply("Uno.")]).entries)).toEqual(["part: One.", "fault", "lead: Uno."]);
  });
});

describe("a long text", () => {
  const blocks = Array.from({ length: 100 }, (_, n) => `Block ${n}.`).join("\n\n");

  test("is printed in portions, whole and in order, and what follows it waits", () => {
    let printed = { ...nothing, more: true };
    let steps = 0;
    for (; printed.more; steps += 1) printed = grow(printed, "", [reply(blocks), asked], 300);
    expect(steps).toBe(4);
    const texts = printed.entries.map((entry) => (entry.kind === "part" ? entry.text : ""));
    const [last, after] = read(printed.entries).slice(-2);
    expect(texts.join("") + (last ?? "").replace("lead: ", "")).toBe(blocks);
    expect(after).toBe("user: Why?");
  });

  test("that comes faster than there is room for is caught up with", () => {
    const first = grow(nothing, blocks, [], 300);
    expect(first.more).toBe(true);
    expect(first.reply.length).toBeLessThanOrEqual(300);
  });

  test("without a place to part it is printed at once when it is over, and not before", () => {
    const code = `\`\`\`\n${"line\n\n".repeat(200)}\`\`\``;
    expect(grow(nothing, code, [], 300).entries).toEqual([]);
    expect(read(grow(nothing, "", [reply(code)], 300).entries)).toEqual([`lead: ${code}`]);
  });
});
