import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { massgen } from "../helpers/cli.ts";
import type { ModelScript, ModelServer } from "../helpers/model-server.ts";
import { approve, goodModel, say, writeTeam } from "./chat-script.ts";
import { chatRig } from "./rig.ts";

const rig = chatRig();
const env = { TEST_KEY: "k" };
const notes = (): string => join(rig.sandbox.cwd, "app", "notes.md");
let server: ModelServer;
let args: readonly string[];

/** Agents that write where they may; a lead that notes a decision when it is told to, whether it may or not. */
const eager: ModelScript = (request) => {
  const { tools, messages } = request;
  const last = messages.at(-1);
  if (last?.role === "user" && last.text.includes("Note that")) {
    return { calls: [{ name: "update_context", input: { section: "Decisions", text: "We use ws." } }] };
  }
  if (last?.role === "tool" && last.text.includes("the mode is plan")) return { text: "I may not: plan mode." };
  const isFirst = tools.includes("new_answer") && !messages.some(({ role }) => role === "tool");
  if (!tools.includes("launch_run") && isFirst && tools.includes("write_file")) {
    return { calls: [{ name: "write_file", input: { path: "app/notes.md", content: "written\n" } }] };
  }
  return goodModel(request);
};

beforeEach(async () => {
  mkdirSync(join(rig.sandbox.cwd, "app"));
  writeFileSync(notes(), "as it was\n");
  server = await rig.serve(eager);
  const team = writeTeam(rig.sandbox, "chatcompletion", server.baseUrl("chatcompletion"));
  const write = "orchestrator: {context_paths: [{path: app, permission: write}]}\n";
  writeFileSync(team, `${readFileSync(team, "utf8")}${write}`);
  args = ["--config", team];
});

const offered = (name: string): readonly boolean[] =>
  server.requests.filter(({ tools }) => !tools.includes("launch_run")).map(({ tools }) => tools.includes(name));

test("Shift+Tab goes into plan mode: the lead writes nothing and says why, a run only plans, and -c is still there", async () => {
  const chat = await rig.open(args, { env });
  await chat.waitFor(/^ {2}ask · ada/m);
  chat.press("shift+tab");
  await chat.waitFor(/^ {2}plan · .*nothing is written or executed · \/plan leaves/m);
  await say(chat, "Note that we use ws");
  await chat.waitFor("I may not: plan mode.");
  expect(chat.screen()).toMatch(/✖ update CONTEXT\.md.*the mode is plan/);
  await say(chat, "Add WebSocket support");
  await chat.waitFor("Plan only: Team");
  await approve(chat);
  await chat.waitFor("ada won");
  expect(offered("write_file")).not.toContain(true);
  await say(chat, "/apply");
  await chat.waitFor("/apply is not done: the mode is plan");
  expect(chat.screen()).toContain("Only the user leaves plan mode, with /plan or Shift+Tab.");
  expect(readFileSync(notes(), "utf8")).toBe("as it was\n");
  await chat.kill();

  const again = await rig.open([...args, "-c"], { env });
  await again.waitFor(/^ {2}plan · ada/m);
  await say(again, "/plan");
  await again.waitFor(/^ {2}ask · /m);
  await say(again, "Note that we use ws");
  await again.waitFor(/▸ update CONTEXT\.md, Decisions/);
  const contextMd = join(rig.sandbox.cwd, "workspace", "projects", "work", "CONTEXT.md");
  expect(readFileSync(contextMd, "utf8")).toContain("We use ws.");
});

test("auto starts a run without a card and puts its changes in; tomorrow it asks again and says so", async () => {
  const chat = await rig.open([...args, "--permission-mode", "auto"], { env });
  await chat.waitFor(/^ {2}auto · ada/m);
  await say(chat, "Add WebSocket support");
  await chat.waitFor(/Run 1: 1 file changed · \/undo 1 takes it back/);
  expect(readFileSync(notes(), "utf8")).toBe("written\n");
  expect(chat.raw()).not.toContain("Run approval");
  await chat.waitFor("? for help");
  await chat.kill();
  const again = await rig.open([...args, "-c"], { env });
  await again.waitFor("the mode was auto and is ask again");
  expect(again.screen()).toMatch(/^ {2}ask · ada/m);
});

test("a single task with --permission-mode plan changes nothing; a mode that is none is refused", async () => {
  const sandbox = { ...rig.sandbox, env: { ...rig.sandbox.env, ...env } };
  const planned = await massgen([...args, "--permission-mode", "plan", "--automation", "Write it"], sandbox);
  expect(planned.code, planned.err).toBe(0);
  expect(offered("write_file")).not.toContain(true);
  expect(readFileSync(notes(), "utf8")).toBe("as it was\n");
  const wrong = await massgen(["--permission-mode", "yolo", "Write it"], sandbox);
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("ask, plan, auto") as string });
});
