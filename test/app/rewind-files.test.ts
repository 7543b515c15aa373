import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRealChat, type RealChat } from "./real-chat.ts";
import { finishedRun, nextItem, writeInNextRun, writingTeam } from "./real-run.ts";

type Talk = { readonly chat: RealChat; readonly cwd: string; readonly places: readonly { seq: number; at: number }[] };

const told = ({ frontEnd }: RealChat): string[] =>
  frontEnd.chat.get().messages.flatMap((message) => (message.role === "user" ? [message.text] : []));

/** Two messages, and after each of them a run whose changes are in the user's files. */
async function twoRuns(): Promise<Talk> {
  const cwd = await writingTeam();
  const chat = await openRealChat(cwd);
  for (const [line, path] of [
    ["Hello there", "app/a.txt"],
    ["Who are you?", "app/new.txt"],
  ] as const) {
    await chat.say(line);
    await writeInNextRun(cwd, path);
    await finishedRun(chat);
    await nextItem(chat, { do: "changes", action: "apply", run: "" });
  }
  return { chat, cwd, places: chat.frontEnd.chat.get().checkpoints };
}

const files = async (cwd: string): Promise<Record<string, string>> => {
  const names = (await readdir(join(cwd, "app"))).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(cwd, "app", name), "utf8")])),
  );
};

test("files go back to how they were before a message, with all runs since, and the user is told exactly which", async () => {
  const { chat, cwd, places } = await twoRuns();
  expect(await files(cwd)).toEqual({ "a.txt": "by ada\n", "new.txt": "by ada\n" });
  const [first, second] = places;
  expect(await chat.frontEnd.filesBack(second?.at ?? 0)).toEqual({
    runs: [2],
    lines: ["D new.txt"],
    refusal: undefined,
  });
  expect(await chat.frontEnd.filesBack(first?.at ?? 0)).toEqual({
    runs: [2, 1],
    lines: ["M a.txt", "D new.txt"],
    refusal: undefined,
  });
  chat.frontEnd.send({ do: "rewind", to: first?.seq ?? -1, what: "both" });
  const { items } = await chat.until((one) => one.items.at(-1)?.kind === "rewound");
  expect(items.slice(-3)).toMatchObject([
    { kind: "changes", action: "undone", number: 2, lines: ["A new.txt"] },
    { kind: "changes", action: "undone", number: 1, lines: ["M a.txt"] },
    { kind: "rewound", text: "Hello there" },
  ]);
  expect(await files(cwd)).toEqual({ "a.txt": "one\n" });
  expect(told(chat)).toEqual([]);
  expect(await chat.frontEnd.filesBack(0)).toEqual({ runs: [], lines: [], refusal: undefined });
});

test("files alone: the conversation stays, and the lead hears of it", async () => {
  const { chat, cwd, places } = await twoRuns();
  await nextItem(chat, { do: "rewind", to: places[1]?.seq ?? -1, what: "files" });
  expect(await files(cwd)).toEqual({ "a.txt": "by ada\n" });
  await chat.say("Thanks");
  expect(told(chat).join("\n")).toContain("(The user took back the changes of run 2");
  expect(told(chat)).toContain("Who are you?");
  // It is news, not a question about that run.
  expect(chat.frontEnd.chat.get().items.at(-1)).toMatchObject({
    kind: "lead",
    text: expect.not.stringContaining("Run 2"),
  });
});

test("a file that the user edited since is not touched, nor is any other, and the reason is said", async () => {
  const { chat, cwd, places } = await twoRuns();
  await writeFile(join(cwd, "app/a.txt"), "mine\n");
  const before = await files(cwd);
  const refusal = "a.txt was edited after run 1 was applied";
  expect(await chat.frontEnd.filesBack(places[0]?.at ?? 0)).toMatchObject({ runs: [2, 1], refusal });
  const messages = told(chat);
  expect(await nextItem(chat, { do: "rewind", to: places[0]?.seq ?? -1, what: "both" })).toMatchObject({
    kind: "fault",
    fault: { message: `The files stay as they are: ${refusal}`, hint: expect.stringContaining("/undo 2, /undo 1") },
  });
  expect(await files(cwd)).toEqual(before);
  expect(told(chat)).toEqual(messages);
});

test("an edit between two runs of one file has no state to go back to", async () => {
  const cwd = await writingTeam();
  const chat = await openRealChat(cwd);
  await chat.say("Hello there");
  await finishedRun(chat);
  await nextItem(chat, { do: "changes", action: "apply", run: "" });
  await writeFile(join(cwd, "app/a.txt"), "mine\n");
  await finishedRun(chat);
  await nextItem(chat, { do: "changes", action: "apply", run: "" });
  expect(await files(cwd)).toEqual({ "a.txt": "by ada\n" });
  const { refusal } = await chat.frontEnd.filesBack(0);
  expect(refusal).toBe("a.txt was edited between run 1 and run 2");
});
