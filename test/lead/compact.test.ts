import { expect, test } from "vitest";
import { defineTool } from "../../src/core/tool.ts";
import * as z from "zod";
import { type Image, imageLabel } from "../../src/core/image.ts";
import { imageOf, pngOf } from "../helpers/pictures.ts";
import { gate } from "./gate.ts";
import { type Chat, kinds, openChat, reportOf, types } from "./open-chat.ts";

const long = "word ".repeat(4000);
const tooLong = { error: { code: "context_length" as const, message: "too long" } };
const readFile = defineTool({
  name: "read_file",
  description: "Read a file.",
  capability: "read",
  input: z.object({ path: z.string() }),
  summary: ({ path }) => `read ${path}`,
  run: async () => "x".repeat(4000),
});

/** The user-role text that stands first in the conversation from now on. */
function opening(chat: Chat): string {
  const [first] = chat.log.get().messages;
  return first?.role === "user" ? first.text : "";
}

async function compact(chat: Chat, focus = ""): Promise<void> {
  chat.lead.send({ do: "compact", focus });
  await chat.lead.idle();
}

test("/compact puts a summary in place of the older part, and what a summary loses stays word for word", async () => {
  const chat = openChat({
    tools: [readFile],
    replies: [
      { calls: [{ id: "1", name: "read_file", input: { path: "src/auth/refresh.ts" } }] },
      { text: long },
      { text: "Decided: ws, since Socket.IO is too large." },
      { text: "As decided." },
    ],
  });
  await chat.say("Which library, and mind port 8443?");
  chat.log.apply({ type: "run_finished", report: reportOf(3, { title: "Compare libraries" }) });
  chat.lead.send({ do: "interrupt" });
  await compact(chat, "the choice of library");

  const request = chat.model.requests[2];
  expect(request?.tools).toEqual([]);
  expect(JSON.stringify(request?.messages)).toContain("What matters most to the user: the choice of library");
  expect(opening(chat)).toMatch(/<summary>\nDecided: ws, since Socket\.IO is too large\.\n<\/summary>/);
  for (const exact of [
    "mind port 8443?",
    "run 3 (run-3) Compare libraries: answered, won by ada",
    "src/auth/refresh.ts",
  ])
    expect(opening(chat)).toContain(exact);
  const item = chat.log.get().items.find(({ kind }) => kind === "compacted");
  expect(item).toMatchObject({ by: "user", kept: expect.arrayContaining(["a summary", "1 run", "1 file name"]) });
  // The journal still has all of it, and nobody began to talk because of it.
  expect(chat.records.some((record) => record.type === "lead_said" && record.text === long)).toBe(true);
  expect(chat.model.requests).toHaveLength(3);

  await chat.say("So which one?");
  expect(chat.model.requests[3]?.messages[0]).toEqual({ role: "user", text: opening(chat) });
  expect(chat.log.get().leadSpend.calls).toBe(4);
});

test("a loaded chat goes on from the summary, and a second one carries over what the first one kept", async () => {
  const first = openChat({
    tools: [readFile],
    replies: [{ calls: [{ id: "1", name: "read_file", input: { path: "a.ts" } }] }, { text: long }, { text: "One." }],
  });
  await first.say("Read a.ts");
  await compact(first);
  const second = openChat({
    past: first.records,
    tools: [readFile],
    replies: [{ calls: [{ id: "2", name: "read_file", input: { path: "b.ts" } }] }, { text: long }, { text: "Two." }],
  });
  expect(opening(second)).toBe(opening(first));
  await second.say("Read b.ts");
  await compact(second);
  expect(opening(second)).toMatch(/<files>\na\.ts\nb\.ts\n<\/files>/);
  expect(opening(second)).toContain("- Read a.ts");
});

test("a conversation near the model's limit is summarised before the next reply, and the question stays", async () => {
  const chat = openChat({
    budgetTokens: 11_000,
    replies: [{ text: long }, { text: long }, { text: "Both were long." }, { text: "Three it is." }],
  });
  await chat.say("One?");
  await chat.say("Two?");
  await chat.say("Three?");
  expect(types(chat).slice(-3)).toEqual(["user_said", "conversation_compacted", "lead_said"]);
  expect(chat.model.requests[3]?.messages).toEqual([
    { role: "user", text: opening(chat) },
    { role: "user", text: "Three?" },
  ]);
});

test("a refusal teaches how much fits: the conversation is summarised and the question asked again", async () => {
  const chat = openChat({
    budgetTokens: 20_000,
    replies: [{ text: long }, { text: long }, tooLong, { text: "Both were long." }, { text: "Now it fits." }],
  });
  await chat.say("One?");
  await chat.say("Two?");
  await chat.say("Three?");
  expect(chat.model.requests[4]?.messages.at(-1)).toEqual({ role: "user", text: "Three?" });
  expect(chat.log.get().fault).toBeUndefined();
  expect(kinds(chat).slice(-2)).toEqual(["compacted", "lead"]);
});

test("a summary that fails is told, changes nothing, and does not keep the lead from answering", async () => {
  const broken = { error: { code: "network" as const, message: "gone" } };
  const chat = openChat({ budgetTokens: 11_000, replies: [{ text: long }, { text: long }, broken, { text: "Yes." }] });
  await chat.say("One?");
  await chat.say("Two?");
  await chat.say("Three?");
  expect(types(chat).slice(-3)).toEqual(["user_said", "compaction_failed", "lead_said"]);
  expect(chat.log.get().items.at(-2)).toMatchObject({ fault: { message: "No summary could be made: gone" } });
  expect(chat.log.get().messages).toHaveLength(6);
});

test("Esc stops a summary at once, a short chat has none, and a loaded chat takes up one that was asked for", async () => {
  const [stuck, begun] = [gate(), gate()];
  const hanging = (): { text: string; until: Promise<unknown> } => {
    begun.open();
    return { text: "half", until: stuck.promise };
  };
  const chat = openChat({ replies: [{ text: long }, { text: long }, hanging] });
  await compact(chat);
  expect(chat.log.get().items.at(-1)).toMatchObject({ fault: { message: "There is nothing to summarise yet" } });
  await chat.say("One?");
  await chat.say("Two?");
  chat.lead.send({ do: "compact", focus: "" });
  await begun.promise;
  expect(chat.lead.live.get().note).toBe("summarising the conversation");
  const before = [...chat.records];
  chat.lead.send({ do: "interrupt" });
  expect(chat.log.get()).toMatchObject({ compaction: undefined, messages: { length: 4 } });
  expect(types(chat).at(-1)).toBe("compaction_failed");
  const pending = before.slice(0, before.findLastIndex(({ type }) => type === "compaction_asked") + 1);
  const loaded = openChat({ past: pending, replies: [{ text: "Short." }] });
  await loaded.lead.idle();
  expect(types(loaded).at(-1)).toBe("conversation_compacted");
});

test("images of the newest messages are still seen after a summary; how many are not, the line says", async () => {
  const image = (number: number): Image => imageOf(pngOf(1, 1, number), `Image ${number}`, [640, 640]);
  const summary = { text: "A summary." };
  const chat = openChat({ replies: [{ text: long }, { text: long }, { text: "Blue." }, summary] });
  const show = async (...numbers: readonly number[]): Promise<void> => {
    const images = numbers.map(image);
    chat.lead.send({ do: "say", text: images.map(imageLabel).join(" "), images });
    await chat.lead.idle();
  };
  const seen = (): string[] =>
    chat.log.get().messages.flatMap((one) => (one.role === "user" ? (one.images ?? []).map(({ name }) => name) : []));
  await show(1, 2, 3);
  await show(4, 5, 6, 7);
  await show(2); // again: it counts as new
  await compact(chat);
  expect(seen()).toEqual(["Image 4", "Image 5", "Image 6", "Image 7", "Image 2"]);
  expect(opening(chat)).toMatch(/<images_not_shown_any_more>\n\[Image 1 .*\]\n\[Image 3 .*\]\n</);
  const item = chat.log.get().items.find(({ kind }) => kind === "compacted");
  expect(item).toMatchObject({ imagesLeftOut: 2, kept: expect.arrayContaining(["4 images"]) });
});

test("images that would fill the window of a small model are left out by the newest first that do not fit", async () => {
  const large = imageOf(pngOf(1, 1), "Image 1", [4000, 4000]);
  const small = imageOf(pngOf(1, 1, 9), "Image 2", [100, 100]);
  const chat = openChat({
    budgetTokens: 9000,
    replies: [{ text: "Seen." }, { text: long.slice(0, 9000) }, { text: "Well." }, { text: "A summary." }],
  });
  chat.lead.send({ do: "say", text: `${imageLabel(large)} ${imageLabel(small)}`, images: [large, small] });
  await chat.lead.idle();
  await chat.say("And?");
  await chat.say("So?");
  await compact(chat);
  const [first] = chat.log.get().messages;
  expect(first?.role === "user" && first.images?.map(({ name }) => name)).toEqual(["Image 2"]);
});
