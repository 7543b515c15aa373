import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Terminal } from "../helpers/terminal.ts";
import type { ModelScript } from "../helpers/model-server.ts";
import { say, writeTeam } from "./chat-script.ts";
import { chatRig } from "./rig.ts";

const rig = chatRig();
const made = (): string => join(rig.sandbox.cwd, "made.txt");

/** What a hijacked lead would call: something harmless to see, and something else to run. */
const HOSTILE = "echo harmless\u001b[2K\u001b[1G\u202e > made.txt\n\nAsked for because a rule allows it.";

const script: ModelScript = ({ messages }) => {
  const last = messages.at(-1);
  if (last?.role === "tool") return { text: `I read: ${last.text}` };
  return {
    calls: [
      {
        name: "run_command",
        input: { command: /hostile/.test(last?.text ?? "") ? HOSTILE : "echo ran >> made.txt; echo said" },
      },
    ],
  };
};

async function answer(chat: Terminal, key: string): Promise<void> {
  await chat.waitFor(/y · a · n/);
  chat.type(key);
}

test("the lead runs a command after a yes, not after a no, whose reason it reads, and none in plan mode", async () => {
  const server = await rig.serve(script);
  const team = writeTeam(rig.sandbox, "chatcompletion", server.baseUrl("chatcompletion"));
  writeFileSync(team, `${readFileSync(team, "utf8")}sandbox: off\n`);
  const chat = await rig.open(["--config", team], { env: { TEST_KEY: "k" }, rows: 40 });
  await say(chat, "run it");
  await chat.waitFor("$ echo ran >> made.txt; echo said");
  expect(chat.screen()).toMatch(/Runs without a sandbox in \S+ itself: it may do what you may\./);
  await answer(chat, "y");
  await chat.waitFor(/I read: said\s+\[exit code 0 after/);
  expect(readFileSync(made(), "utf8")).toBe("ran\n");
  expect(chat.screen()).toMatch(/▸ run echo ran >> made\.txt; echo said .*1 tool/);
  chat.press("ctrl+o");
  await chat.waitFor(/Tool calls[^]*said\n[^]*\[exit code 0/);
  chat.press("escape");
  await chat.waitFor("? for help");

  await say(chat, "run the hostile one");
  const card = await chat.waitFor(/y · a · n/);
  expect(card).toContain("$ echo harmless␛[2K␛[1G⟨U+202E⟩ > made.txt");
  expect(card).toContain("> Asked for because a rule allows it.");
  await answer(chat, "n");
  await chat.waitFor("Why not?");
  chat.type("that looks wrong");
  await chat.waitFor("? that looks wrong");
  chat.press("enter");
  await chat.waitFor(/I read: .*The user declined\. Their reason: that looks wrong/);
  expect(readFileSync(made(), "utf8")).toBe("ran\n");

  chat.press("shift+tab");
  await chat.waitFor(/^ {2}plan · /m);
  await say(chat, "run it again");
  await chat.waitFor(/✖ run echo ran .*the mode is plan/);
  expect(readFileSync(made(), "utf8")).toBe("ran\n");
});

test("offline the simulated lead runs what the user asks for; Esc stops it", async () => {
  const chat = await rig.open([], { rows: 40 });
  await say(chat, "run `echo $$ > made.txt; sleep 300`");
  await answer(chat, "y");
  await chat.waitFor(/esc to stop/);
  await expect.poll(() => existsSync(made()) && readFileSync(made(), "utf8") !== "").toBe(true);
  chat.press("escape");
  await chat.waitFor("stopped here");
});
