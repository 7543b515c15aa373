import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exportChat, formatChat } from "../../src/app/export-chat.ts";
import { reduceChat } from "../../src/core/chat/reduce.ts";
import type { ChatEvent } from "../../src/core/chat/events.ts";
import { type ChatState, newChat } from "../../src/core/chat/state.ts";
import { reportOf } from "../lead/open-chat.ts";
import { faultOf, tempDir } from "../projects/temp-dir.ts";
import { directory, openRealChat } from "./real-chat.ts";

function fold(...events: ChatEvent[]): ChatState {
  return events
    .map((event, seq) => ({ ...event, seq, at: Date.UTC(2026, 10, 21, 8, 20) + seq }))
    .reduce(reduceChat, newChat);
}

const said = (text: string): ChatEvent => ({
  type: "lead_said",
  text,
  calls: [],
  usage: null,
  costUsd: 0,
  latencyMs: 1,
});

const evil =
  "See <script>alert(1)</script> [x](javascript:alert(2)) [ok](https://a.example) ![i](https://track.example/p.png) \u001b[31mred";
const chat = fold(
  {
    type: "session_started",
    session: "s1",
    project: "api",
    directory: "/work",
    lead: { model: "gpt-5.5", backend: "openai", simulated: false },
  },
  { type: "user_said", text: "# Which library?\n<b>bold</b>" },
  said(evil),
  { type: "run_finished", report: reportOf(1, { title: "WebSocket handler" }) },
  said("Done."),
);

test("Markdown holds what was said, and of a run its answer, votes, files and cost", async () => {
  const text = await formatChat(chat, "md");
  expect(text).toContain(
    "# # Which library? <b>bold</b>\n\nproject api · session s1 · 2026-11-21 08:20 UTC · lead gpt-5.5 · $0.38",
  );
  expect(text).toContain("## You, 2026-11-21 08:20 UTC\n\n> # Which library?\n> <b>bold</b>");
  expect(text).toContain("### Run 1 · WebSocket handler\n\nanswered · won by ada · most votes · 2 answers");
  expect(text).toContain("- bob → bob agent2.1: less risk");
  expect(text).toContain("Ship it.");
  expect(text).not.toContain("\u001b");
});

test("HTML runs nothing and loads nothing, whatever a model wrote", async () => {
  const html = await formatChat(chat, "html");
  expect(html).not.toMatch(/<script|<img|href="javascript|<b>/);
  expect(html).toContain("&lt;script&gt;");
  expect(html).toContain('<a href="https://a.example"');
  expect(html).toContain("default-src 'none'");
});

test("JSON holds every item with its time", async () => {
  const { items, title, session } = JSON.parse(await formatChat(chat, "json"));
  expect({ title, session }).toEqual({ title: "# Which library? <b>bold</b>", session: "s1" });
  expect(items.map(({ kind }: { kind: string }) => kind)).toEqual(["user", "lead", "run", "lead"]);
  expect(items[2]).toMatchObject({ at: "2026-11-21T08:20:00.003Z", report: { winner: "ada" } });
});

test("a file that is there is never overwritten, and a bad name says what would do", async () => {
  const cwd = await tempDir();
  const to = (file: string) => exportChat(chat, { file, cwd, env: { HOME: cwd } });
  await writeFile(join(cwd, "chat.md"), "mine");
  expect((await faultOf(to("chat.md"))).message).toContain("chat.md is there already");
  expect(await readFile(join(cwd, "chat.md"), "utf8")).toBe("mine");
  expect((await faultOf(to("chat.pdf"))).hint).toBe("End the name in .md, .json, .html.");
  expect((await faultOf(to("no/such/folder/chat.md"))).message).toContain("it does not exist");
  expect((await faultOf(exportChat(newChat, { file: "", cwd, env: {} }))).message).toContain("nothing to export");
  const [first, second] = [await to(""), await to("")];
  expect(first).toMatch(/massgen-api-\d{4}-\d\d-\d\d\.md$/);
  expect(second).toBe(first.replace(/\.md$/, "-2.md"));
  expect(await to("~/out.html")).toBe(join(cwd, "out.html"));
});

test("/export in a chat says where the file is, and what went wrong otherwise", async () => {
  const cwd = await directory();
  const real = await openRealChat(cwd);
  await real.say("Hello");
  real.frontEnd.send({ do: "export", file: "talk.json" });
  const { items } = await real.until(({ items }) => items.at(-1)?.kind === "note");
  expect(items.at(-1)).toMatchObject({ text: "exported to talk.json" });
  real.frontEnd.send({ do: "export", file: "talk.json" });
  await real.until(({ items }) => items.at(-1)?.kind === "fault");
  expect(await readdir(cwd)).toContain("talk.json");
});
