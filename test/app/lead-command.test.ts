import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ApprovalAsk } from "../../src/core/chat/approval.ts";
import type { ChatMode } from "../../src/core/chat/mode.ts";
import type { ChatState, FinishedCall } from "../../src/core/chat/state.ts";
import { turnUnderWay } from "../../src/core/chat/turn.ts";
import { type ModelScript, type ModelServer, startModelServer } from "../helpers/model-server.ts";
import { canShutIn, CAPABILITY } from "../workspace/sandbox-scene.ts";
import { directory, openRealChat, type RealChat } from "./real-chat.ts";

/** Runs what it is told to, and says what came of it. */
const obedient: ModelScript = ({ messages }) => {
  const last = messages.at(-1);
  if (last?.role === "tool") return { text: `It says: ${last.text}` };
  const input = JSON.parse(/\{.*\}/s.exec(last?.text ?? "")?.[0] ?? "{}") as object;
  return { calls: [{ name: "run_command", input }] };
};

type Command = { readonly command: string; readonly timeout_seconds?: number };
type Setup = { readonly config?: string; readonly mode?: ChatMode };

/** A chat with a lead behind a real wire. Without a sandbox unless the test says otherwise: what may be done is the same everywhere. */
async function open({ config = "sandbox: off", mode }: Setup = {}): Promise<
  RealChat & { readonly server: ModelServer }
> {
  const cwd = await directory();
  const server = await startModelServer(obedient);
  onTestFinished(() => server.close());
  const backend = `{type: chatcompletion, model: m, base_url: "${server.baseUrl("chatcompletion")}", api_key: secret-key-of-the-lead}`;
  writeFileSync(join(cwd, "team.yaml"), `agents:\n  - {id: ada, backend: ${backend}}\n${config}\n`);
  return { ...(await openRealChat(cwd, mode && { mode })), server };
}

function wish(chat: RealChat, command: Command | string): void {
  const input = typeof command === "string" ? { command } : command;
  chat.frontEnd.send({ do: "say", text: `Run ${JSON.stringify(input)}` });
}

async function question(chat: RealChat): Promise<{ callId: string; ask: Extract<ApprovalAsk, { kind: "command" }> }> {
  const { calls } = await chat.until(({ calls }) => calls.some(({ stage }) => stage === "asked"));
  const open = calls.find(({ stage }) => stage === "asked");
  if (open?.stage !== "asked" || open.ask.kind !== "command") throw new Error("No command is asked for");
  return { callId: open.call.id, ask: open.ask };
}

/** The turn's end, when something was said since. */
function settled(chat: RealChat): Promise<ChatState> {
  return chat.until(
    (now) => now.items.some(({ kind }) => kind === "tools" || kind === "interrupted") && !turnUnderWay(now),
  );
}

async function yes(chat: RealChat, command: Command | string): Promise<FinishedCall> {
  wish(chat, command);
  const { callId } = await question(chat);
  chat.frontEnd.send({ do: "answer_approval", callId, allow: true });
  return result(await settled(chat));
}

function result({ items }: ChatState): FinishedCall {
  const tools = items.findLast(({ kind }) => kind === "tools");
  const call = tools?.kind === "tools" ? tools.calls.at(-1) : undefined;
  if (!call) throw new Error("No tool was called");
  return call;
}

describe(`a command of the lead${CAPABILITY}`, () => {
  test("waits for a yes, runs in the user's directory itself, and sees none of our keys", async () => {
    const chat = await open();
    wish(chat, "echo made > made.txt; env; pwd");
    const { callId, ask } = await question(chat);
    expect(ask.detail).toMatch(/^\$ echo made > made\.txt; env; pwd\n\nRuns without/);
    expect(ask.detail).toContain(`Runs without a sandbox in ${chat.cwd} itself: it may do what you may.\nAsked for`);
    expect(existsSync(join(chat.cwd, "made.txt"))).toBe(false);
    chat.frontEnd.send({ do: "answer_approval", callId, allow: true });
    const { output, failed } = result(await settled(chat));
    expect(failed).toBe(false);
    expect(output).toContain(chat.cwd);
    expect(output).toMatch(/\[exit code 0 after/);
    expect(output).not.toMatch(/secret-key|API_KEY/);
    expect(readFileSync(join(chat.cwd, "made.txt"), "utf8")).toBe("made\n");
  });

  test("that was declined does not run, and the lead reads why", async () => {
    const chat = await open();
    wish(chat, "rm team.yaml");
    const { callId } = await question(chat);
    chat.frontEnd.send({ do: "answer_approval", callId, allow: false, note: "I need that file" });
    await chat.until((now) => now.items.some(({ kind }) => kind === "approval") && !turnUnderWay(now));
    expect(existsSync(join(chat.cwd, "team.yaml"))).toBe(true);
    expect(chat.server.requests.at(-1)?.messages.at(-1)?.text).toContain("Their reason: I need that file");
  });

  test("is told of as it ended: by itself and badly, by its time limit", async () => {
    const chat = await open();
    expect((await yes(chat, "echo so far; exit 3")).output).toMatch(/^so far\n\[exit code 3 after/);
    const late = await open();
    expect((await yes(late, { command: "sleep 300", timeout_seconds: 0.2 })).output).toMatch(/stopped after 0.2 s/);
  });

  test("ends with Esc, and so does what it started", async () => {
    const chat = await open();
    wish(chat, "trap '' TERM; sleep 300 & echo $! > child; wait");
    const { callId } = await question(chat);
    chat.frontEnd.send({ do: "answer_approval", callId, allow: true });
    await untilFile(join(chat.cwd, "child"));
    chat.frontEnd.send({ do: "interrupt" });
    const { output, failed } = result(await settled(chat));
    expect({ output, failed }).toMatchObject({
      failed: true,
      output: expect.stringContaining("Interrupted") as string,
    });
    await untilGone(Number(readFileSync(join(chat.cwd, "child"), "utf8")));
  });

  test("leaves nothing running", async () => {
    const chat = await open();
    const { output } = await yes(chat, "setsid sleep 300 & sleep 300 & jobs -p");
    const left = output.split("\n").flatMap((line) => (/^\d+$/.test(line) ? [Number(line)] : []));
    expect(left).toHaveLength(2);
    await Promise.all(left.map(untilGone));
  });

  test("runs unasked where a rule allows it, and never where one denies it, whatever the mode", async () => {
    const rules = "sandbox: off\npermissions: {allow: [run_command(echo)], deny: [run_command(rm)]}";
    for (const mode of ["ask", "auto"] as const) {
      const chat = await open({ config: rules, mode });
      wish(chat, "echo free");
      expect(result(await settled(chat)).output).toMatch(/^free\n/);
      wish(chat, "echo free && rm team.yaml");
      const refused = await chat.until((now) => now.turn.toolCount > 0 && result(now).failed && !turnUnderWay(now));
      expect(result(refused).output).toContain('Reason: the rule "run_command(rm)" denies it');
      expect(existsSync(join(chat.cwd, "team.yaml"))).toBe(true);
    }
  });

  test("is not there at all where a rule denies all commands, nor in plan mode, which refuses it", async () => {
    const denied = await open({ config: "permissions: {deny: [execute]}" });
    wish(denied, "echo no");
    expect(result(await settled(denied)).output).toContain('No tool "run_command"');
    const plan = await open({ mode: "plan" });
    wish(plan, "echo no");
    expect(result(await settled(plan)).output).toMatch(/the mode is plan.*\/plan or Shift\+Tab/s);
    expect(plan.server.requests[0]?.tools).not.toContain("run_command");
  });

  test("of a kind that was allowed for the session is not asked for again, until the chat is opened anew", async () => {
    const chat = await open();
    wish(chat, "npm --version");
    const { callId, ask } = await question(chat);
    expect(ask.covers).toEqual(["exactly: npm --version"]);
    chat.frontEnd.send({ do: "answer_approval", callId, allow: true, forSession: true });
    await settled(chat);
    wish(chat, "npm --version");
    await chat.until((now) => now.items.filter(({ kind }) => kind === "tools").length === 2 && !turnUnderWay(now));
    wish(chat, "npm --help");
    await question(chat);
    await chat.leave();
    const again = await openRealChat(chat.cwd, { resume: "latest", quiet: true });
    expect(again.frontEnd.chat.get().granted).toEqual([]);
    // What was asked before is still asked. Whether there was a sandbox then nobody knows: it is put anew.
    const { callId: old } = await question(again);
    again.frontEnd.send({ do: "answer_approval", callId: old, allow: true });
    const { calls } = await again.until((now) =>
      now.items.some((item) => item.kind === "tools" && item.calls.some(({ failed }) => failed)),
    );
    expect(calls.filter(({ stage }) => stage === "running")).toEqual([]);
    expect(result(again.frontEnd.chat.get()).output).toContain("before massgen was started again");
  });

  test("in auto mode asks all the same where there is no sandbox", async () => {
    const chat = await open({ mode: "auto" });
    wish(chat, "touch made.txt");
    expect((await question(chat)).ask.detail).toContain("there is no sandbox for commands here (it is off)");
  });

  test("that is too long to be read is not asked for", async () => {
    const chat = await open();
    wish(chat, Array.from({ length: 40 }, (_, line) => `echo ${line}`).join("\n"));
    expect(result(await settled(chat)).output).toContain("too long to be read on a card");
  });

  test("shows what nobody would see, and cannot pass for what is said about it", async () => {
    const chat = await open();
    wish(chat, "echo a\u202eb\u001b[2K\n\nAsked for because a rule allows it.");
    const { detail } = (await question(chat)).ask;
    expect(detail.split("\n").slice(0, 4)).toEqual([
      "$ echo a⟨U+202E⟩b␛[2K",
      "> ",
      "> Asked for because a rule allows it.",
      "",
    ]);
  });

  test.skipIf(!canShutIn)(
    "in a sandbox changes the directory and nothing else, and reads no secrets; auto runs it unasked",
    async () => {
      const chat = await open({ mode: "auto", config: "" });
      writeFileSync(join(chat.cwd, ".env"), "TOKEN=tok-1234\n");
      const outside = join(chat.cwd, "..", "outside.txt");
      wish(chat, `cat .env; echo made > made.txt; echo no > ${outside}; echo done`);
      const { output } = result(await settled(chat));
      expect(output).toContain("done");
      expect(output).not.toContain("tok-1234");
      expect(readFileSync(join(chat.cwd, "made.txt"), "utf8")).toBe("made\n");
      expect(existsSync(outside)).toBe(false);
      chat.frontEnd.send({ do: "set_mode", mode: "ask" });
      wish(chat, "ls");
      expect((await question(chat)).ask.detail).toMatch(/Runs in a sandbox \(\w+, no network\) in .* itself/);
    },
  );

  test.skipIf(!canShutIn)(
    "in a sandbox reads what a rule closes once the user has agreed to it, and not before",
    async () => {
      const chat = await open({ mode: "auto", config: "permissions: {ask: [read(private/**)]}" });
      mkdirSync(join(chat.cwd, "private"));
      writeFileSync(join(chat.cwd, "private", "plan.txt"), "the plan\n");
      wish(chat, "cat private/plan.txt");
      const { callId, ask } = await question(chat);
      expect(ask.detail).toContain("a rule wants it asked for before private");
      chat.frontEnd.send({ do: "answer_approval", callId, allow: true });
      expect(result(await settled(chat)).output).toContain("the plan");
      wish(chat, "cat p*/* || echo closed");
      await chat.until((now) => now.items.filter(({ kind }) => kind === "tools").length === 2 && !turnUnderWay(now));
      expect(result(chat.frontEnd.chat.get()).output).toContain("closed");
    },
  );
});

async function untilFile(path: string): Promise<void> {
  await expect.poll(() => existsSync(path) && readFileSync(path, "utf8") !== "").toBe(true);
}

async function untilGone(pid: number): Promise<void> {
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
}

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
