import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { listSessions, type SessionSummary } from "../../projects/sessions.ts";
import { latestSession } from "../../projects/sessions.ts";
import { directory, openRealChat, type RealChat } from "./real-chat.ts";

/** Leaves a chat as its screen would, and opens the one that it asks for. */
async function follow(chat: RealChat, target: Parameters<RealChat["frontEnd"]["openSession"]>[0]): Promise<RealChat> {
  await chat.frontEnd.openSession(target);
  const { next } = await chat.left;
  if (!next) throw new Error("The chat ended without another one to open");
  return openRealChat(chat.cwd, next);
}

async function titles(cwd: string): Promise<string[]> {
  return (await listSessions(cwd)).map(({ title }) => title);
}

const texts = (chat: RealChat): string[] =>
  chat.frontEnd.chat.get().messages.flatMap((message) => (message.role === "user" ? [message.text] : []));

test("/rename gives a session its name, in the lists too; a session that is not open can be renamed from there", async () => {
  const cwd = await directory();
  const chat = await openRealChat(cwd);
  await chat.say("Hello there");
  chat.frontEnd.send({ do: "rename", title: "Greetings" });
  await chat.until(({ title }) => title === "Greetings");
  const other = await follow(chat, { kind: "new" });
  await other.say("Who are you?");
  expect(await titles(cwd)).toEqual(["Who are you?", "Greetings"]);
  await other.frontEnd.renameSession(chat.session, "First steps");
  expect(await titles(cwd)).toEqual(["Who are you?", "First steps"]);
  const stillOpen = openRealChat(cwd, { resume: other.session });
  await expect(stillOpen).rejects.toThrow(/open|use/i);
});

test("/new starts an empty session in the same project, and the lead says nothing by itself", async () => {
  const cwd = await directory();
  const chat = await openRealChat(cwd, { project: "grpc" });
  await chat.say("Hello there");
  const next = await follow(chat, { kind: "new" });
  expect(next.session).not.toBe(chat.session);
  expect(next.frontEnd.chat.get()).toMatchObject({ project: "grpc", messages: [], items: [] });
});

test("/fork goes on in a copy: the old session keeps its file byte for byte, and both can be opened", async () => {
  const cwd = await directory();
  const chat = await openRealChat(cwd);
  await chat.say("Hello there");
  const copy = await follow(chat, { kind: "fork", title: "" });
  const { path } = (await listSessions(cwd)).find(({ id }) => id === chat.session) as SessionSummary;
  const before = readFileSync(path, "utf8");
  expect(copy.frontEnd.chat.get()).toMatchObject({ session: copy.session, title: "Hello there, copy" });
  await copy.say("Who are you?");
  expect(texts(copy)).toEqual(["Hello there", "Who are you?"]);
  expect(readFileSync(path, "utf8")).toBe(before);
  expect((await latestSession(cwd))?.id).toBe(copy.session);
  await copy.leave();
  const again = await openRealChat(cwd, { resume: copy.session, quiet: true });
  expect(texts(again)).toEqual(["Hello there", "Who are you?"]);
  expect(again.frontEnd.chat.get().session).toBe(copy.session);

  const empty = await openRealChat(cwd);
  await expect(empty.frontEnd.openSession({ kind: "fork", title: "" })).rejects.toThrow("nothing to copy yet");
});

test("/rewind takes the lead back to before a message, and a loaded session knows it", async () => {
  const cwd = await directory();
  const chat = await openRealChat(cwd);
  await chat.say("Hello there");
  await chat.say("Who are you?");
  const [, second] = chat.frontEnd.chat.get().checkpoints;
  chat.frontEnd.send({ do: "rewind", to: second?.seq ?? -1, what: "conversation" });
  expect(texts(chat)).toEqual(["Hello there"]);
  await chat.say("Thanks");
  expect(texts(chat)).toEqual(["Hello there", "Thanks"]);
  await chat.leave();
  const again = await openRealChat(cwd, { resume: "latest", quiet: true });
  expect(texts(again)).toEqual(["Hello there", "Thanks"]);
  expect(again.frontEnd.chat.get().items.map(({ kind }) => kind)).toEqual([
    "user",
    "lead",
    "user",
    "lead",
    "rewound",
    "user",
    "lead",
  ]);
  const [first] = again.frontEnd.chat.get().checkpoints;
  again.frontEnd.send({ do: "rewind", to: first?.seq ?? -1, what: "conversation" });
  expect(texts(again)).toEqual([]);
  again.frontEnd.send({ do: "rewind", to: 99_999, what: "conversation" });
  expect(again.frontEnd.chat.get().checkpoints).toEqual([]);
});

test("sessions are searched by what was said in them, all words, and show where", async () => {
  const cwd = await directory();
  const chat = await openRealChat(cwd);
  await chat.say("Hello there");
  await chat.say("Who keeps the sourdough recipe?");
  const other = await follow(chat, { kind: "new" });
  await other.say("Thanks");
  const found = async (query: string) => (await other.frontEnd.pastSessions(query)).map(({ id, match }) => [id, match]);
  expect(await found("")).toEqual([
    [other.session, ""],
    [chat.session, ""],
  ]);
  expect(await found("SOURDOUGH recipe")).toEqual([
    [chat.session, expect.stringContaining("keeps the sourdough recipe?")],
  ]);
  expect(await found("hello")).toEqual([[chat.session, ""]]);
  expect(await found("sourdough bagel")).toEqual([]);
});
