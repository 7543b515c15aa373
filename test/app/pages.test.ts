import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { examine } from "../../src/app/doctor.ts";
import type { Page } from "../../src/core/page.ts";
import { turnUnderWay } from "../../src/core/chat/turn.ts";
import { directory, openRealChat } from "./real-chat.ts";

const KEY = "sk-ant-api03-not-a-real-key-0123456789";

function textOf(page: Page): string {
  const lines = page.flatMap(({ title, lines }) => [
    title,
    ...lines.map(({ label, text, mark = "" }) => `${mark} ${label}: ${text}`),
  ]);
  return lines.join("\n");
}

const shareOf = (page: Page, label: string): number =>
  page.flatMap(({ lines }) => lines).find((line) => line.label === label)?.share ?? Number.NaN;

test("/context says what the window is filled with: more conversation after more was said, and the provider's own count", async () => {
  const chat = await openRealChat(await directory());
  const before = await chat.frontEnd.page("context");
  expect(textOf(before)).toMatch(/CONTEXT\.md: .*tok[^]*tools: .*tok · \d+ % · \d+ tools\n/);
  expect(textOf(before)).toContain("conversation: 0 tok · 0 % · 0 messages");
  expect(textOf(before)).toContain("last request: not counted by the provider yet");
  await chat.say(`Hello there ${"and a good day ".repeat(2000)}`);
  const after = await chat.frontEnd.page("context");
  expect(shareOf(after, "conversation")).toBeGreaterThan(0.02);
  expect(shareOf(after, "left")).toBeLessThan(shareOf(before, "left"));
  expect(textOf(after)).toMatch(/last request: \d.*tok, counted by the provider/);
  const parts = ["system prompt", "CONTEXT.md", "tools", "conversation", "left"].map((label) => shareOf(after, label));
  expect(parts.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
});

test("/status names the session, its file, the configuration and which keys are there, and never a key", async () => {
  const cwd = await directory();
  const env = { HOME: join(cwd, "..", "home"), ANTHROPIC_API_KEY: KEY };
  const chat = await openRealChat(cwd, { env });
  await chat.say("Hello there");
  const text = textOf(await chat.frontEnd.page("status"));
  expect(text).toContain("massgen 0.0.0");
  expect(text).toMatch(new RegExp(`ok saved: .*${chat.session}`));
  expect(text).toContain(`configuration: ${join(cwd, "team.yaml")}`);
  expect(text).toContain("ok claude: ANTHROPIC_API_KEY is set, in the environment");
  expect(text).toContain("openai, chatcompletion (OPENAI_API_KEY)");
  expect(text).toContain("warn ada: simulated (simulated): simulated, no real model");
  expect(text).not.toContain(KEY);
});

test("/status says within tmux, and nowhere else, what tmux has to be told", async () => {
  const cwd = await directory();
  const status = async (env: Record<string, string>): Promise<string> =>
    textOf(await (await openRealChat(cwd, { env: { HOME: join(cwd, "..", "home"), ...env } })).frontEnd.page("status"));
  expect(await status({ TMUX: "/tmp/tmux-0/default,1,0" })).toMatch(/tmux: .*extended-keys.*allow-passthrough/);
  expect(await status({})).not.toContain("allow-passthrough");
});

test("/permissions lists the rules in force and where they are from", async () => {
  const cwd = await directory();
  const own = join(cwd, "..", "home/.config/massgen/config.yaml");
  const team = await import("node:fs/promises").then(({ readFile }) => readFile(join(cwd, "team.yaml"), "utf8"));
  await writeFile(
    join(cwd, "team.yaml"),
    `${team}permissions: {mode: ask, deny: ["run_command(git push)"], allow: ["run_command(npm test)"]}\n`,
  );
  const chat = await openRealChat(cwd);
  const text = textOf(await chat.frontEnd.page("permissions"));
  expect(text).toMatch(
    /^Mode · shift\+tab .*\nok ask: runs, and commands of the lead, start after you approve them.*\n plan: .*\n auto: /,
  );
  expect(text).toContain("agents: ask: commands and the network need a rule that allows them");
  expect(text).toContain("deny: run_command(git push)\n ask: no rule\n allow: run_command(npm test)");
  expect(text).toContain(`this team: ${join(cwd, "team.yaml")}\n all teams: ${own}`);

  expect(text).toContain("by the lead after your yes");
  for (const [mode, commands] of [
    ["plan", "none by the lead"],
    ["auto", "by the lead in the sandbox, after your yes where there is none"],
  ] as const) {
    chat.frontEnd.send({ do: "set_mode", mode });
    await chat.until((state) => state.mode === mode);
    expect(textOf(await chat.frontEnd.page("permissions"))).toContain(commands);
  }
});

test("/btw is answered from the conversation, costs what it costs, and the lead never hears of it", async () => {
  const chat = await openRealChat(await directory());
  await chat.say("The limiter uses a token bucket");
  const { messages, leadSpend } = chat.frontEnd.chat.get();
  chat.frontEnd.send({ do: "ask_aside", question: "What does the limiter use?" });
  const asked = await chat.until(({ items }) => items.some(({ kind }) => kind === "aside"));
  expect(asked.items.at(-1)).toMatchObject({
    kind: "aside",
    question: "What does the limiter use?",
    text: expect.stringContaining("token bucket"),
  });
  expect(asked.messages).toEqual(messages);
  expect(asked.leadSpend.calls).toBe(leadSpend.calls + 1);
  expect(turnUnderWay(asked)).toBe(false);
  await chat.leave();
  const again = await openRealChat(chat.cwd, { resume: "latest", quiet: true });
  expect(again.frontEnd.chat.get().messages).toEqual(messages);
  expect(again.frontEnd.chat.get().items).toContainEqual(asked.items.at(-1));
});

test("the checkup finds what is broken and says so, and is content with a simulated team", async () => {
  const cwd = await directory();
  const env = { HOME: join(cwd, "..", "home") };
  const place = { cwd, env, version: "1.2.3", dryRun: false };
  const fine = await examine({ ...place, configRef: "team.yaml" });
  expect(textOf(fine.page)).toContain(`ok : ${cwd} can be written`);
  expect(fine.ok).toBe(true);
  await writeFile(join(cwd, "real.yaml"), "agents: [{id: ada, backend: {type: claude, model: claude-opus-5}}]\n");
  const keyless = await examine({ ...place, configRef: "real.yaml" });
  expect(keyless.ok).toBe(false);
  expect(textOf(keyless.page)).toMatch(/bad ada: claude-opus-5 \(claude\): .*ANTHROPIC_API_KEY is not set/);
  await writeFile(join(cwd, "wrong.yaml"), "agents: [{id: ada, backend: {type: cluade}}]\n");
  const wrong = await examine({ ...place, configRef: "wrong.yaml" });
  expect(wrong.ok).toBe(false);
  expect(textOf(wrong.page)).toContain("cluade");
  expect(textOf(wrong.page)).toContain("Keys");
});
