import { expect, test } from "vitest";
import { gate } from "./gate.ts";
import { openChat, untilWriting } from "./open-chat.ts";

const ask = { do: "ask_aside", question: "What is a bucket?" } as const;

test("the answer to a side question is seen as it comes, and is gone from the live view once it is a fact", async () => {
  const chat = openChat({ replies: [{ text: "A pail, in short." }] });
  const seen: string[] = [];
  chat.lead.live.subscribe(() => seen.push(chat.lead.live.get().aside?.text ?? "none"));
  chat.lead.send(ask);
  await chat.lead.idle();
  expect(seen.filter((text, index) => text !== seen[index - 1])).toEqual([
    "",
    "A ",
    "A pail, ",
    "A pail, in ",
    "A pail, in short.",
    "none",
  ]);
  expect(chat.log.get().items).toMatchObject([{ kind: "aside", question: ask.question, text: "A pail, in short." }]);
});

test("it is told apart from what the lead writes at the same time", async () => {
  const rest = gate();
  const chat = openChat({ replies: [{ text: "One two", until: rest.promise }, { text: "A pail." }] });
  chat.lead.send({ do: "say", text: "Count." });
  await untilWriting(chat, "One");
  chat.lead.send(ask);
  await chat.until(({ items }) => items.some(({ kind }) => kind === "aside"));
  expect(chat.lead.live.get()).toMatchObject({ activity: "writing", text: "One two" });
  rest.open();
  await chat.lead.idle();
  expect(chat.log.get().messages).toMatchObject([{ text: "Count." }, { text: "One two" }]);
});

test("one that is stopped leaves nothing behind, and the next one is answered", async () => {
  const chat = openChat({ replies: [{ text: "A pa", hang: true }, { text: "A pail." }] });
  chat.lead.send(ask);
  await new Promise<void>((resolve) => {
    const stop = chat.lead.live.subscribe(() => {
      if (chat.lead.live.get().aside?.text !== "A pa") return;
      stop();
      resolve();
    });
  });
  chat.lead.send({ do: "interrupt" });
  await chat.lead.idle();
  expect(chat.lead.live.get().aside).toBeUndefined();
  expect(chat.log.get().items).toEqual([]);
  chat.lead.send(ask);
  await chat.lead.idle();
  expect(chat.log.get().items).toMatchObject([{ kind: "aside", text: "A pail." }]);
});
