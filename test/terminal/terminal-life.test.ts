import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeSandbox, MASSGEN, type Sandbox } from "../helpers/cli.ts";
import { childOf, leftOn } from "../helpers/left-behind.ts";
import { openTerminal, type Terminal } from "../helpers/terminal.ts";

let sandbox: Sandbox;
let terminal: Terminal | undefined;
beforeEach(() => {
  sandbox = makeSandbox();
  terminal = undefined;
});
afterEach(async () => {
  await terminal?.kill("SIGKILL");
  sandbox.remove();
});

const TEAM =
  "agents:\n  - {id: ada, backend: {type: simulated, model: simulated, tokens_per_second: 0, latency_ms: 0}}\n";

/** massgen below a shell that says afterwards how it found the terminal. */
async function open(
  options: { readonly env?: Record<string, string | undefined>; readonly args?: string } = {},
): Promise<Terminal> {
  const { env = {}, args = "" } = options;
  writeFileSync(join(sandbox.cwd, "team.yaml"), TEAM);
  const line = `${process.execPath} ${MASSGEN} --config team.yaml ${args}; stty -a; echo the end; read line`;
  const { cwd } = sandbox;
  terminal = await openTerminal({ command: "sh", args: ["-c", line], cwd, env: { ...sandbox.env, ...env } });
  await terminal.inputReady();
  await terminal.waitFor("? for help");
  return terminal;
}

describe("the terminal is as it was found", () => {
  const crash = "process.on('SIGUSR2', () => { throw new Error('planted crash'); });";
  const ways: readonly (readonly [string, (chat: Terminal) => void, string])[] = [
    ["/quit", (chat) => chat.type("/quit\r"), ""],
    ["Ctrl+D", (chat) => chat.press("ctrl+d"), ""],
    ["SIGTERM", (chat) => process.kill(childOf(chat.pid), "SIGTERM"), ""],
    ["SIGHUP", (chat) => process.kill(childOf(chat.pid), "SIGHUP"), ""],
    ["a crash", (chat) => process.kill(childOf(chat.pid), "SIGUSR2"), "✖ planted crash"],
  ];
  test.each(ways)("after %s", async (_name, end, said) => {
    const plant = join(sandbox.cwd, "crash.mjs");
    writeFileSync(plant, crash);
    const chat = await open({ env: { NODE_OPTIONS: `--import ${plant}` } });
    expect(chat.raw()).toContain("\u001b]2;massgen · work\u0007");
    end(chat);
    await chat.waitFor("the end");
    expect(leftOn(chat.raw())).toEqual([]);
    expect(chat.screen()).toMatch(/(^|\s)icanon\b/);
    expect(chat.screen()).toMatch(/(^|\s)echo\b/);
    if (said !== "") expect(chat.screen()).toContain(`\n${said}\n`);
  });
});

test("Ctrl+Z goes to the shell and fg comes back, with the draft", async () => {
  writeFileSync(join(sandbox.cwd, "team.yaml"), TEAM);
  const { cwd, env } = sandbox;
  const shell = await openTerminal({
    command: "bash",
    args: ["--norc", "--noprofile", "-i"],
    cwd,
    env: { ...env, PS1: "shell> ", BASH_SILENCE_DEPRECATION_WARNING: "1" },
  });
  terminal = shell;
  await shell.waitFor("shell>");
  shell.type(`${process.execPath} ${MASSGEN} --config team.yaml\r`);
  await shell.waitFor("? for help");
  shell.type("a draft");
  await shell.waitFor("❯ a draft");
  shell.press("ctrl+z");
  await shell.waitFor(/Stopped[^]*shell>$/);
  expect(leftOn(shell.raw())).toEqual(expect.not.arrayContaining(["[?1004h", "[22;0t"]));
  shell.type("echo still $((40+2))\r");
  await shell.waitFor("still 42");
  shell.type("fg\r");
  await shell.waitFor(/still 42[^]*❯ a draft[^]*enter sends/);
  shell.type(" of mine");
  await shell.waitFor("❯ a draft of mine");
  // Stopped from outside: the shell takes the terminal, and gives it back.
  const job = Number(/(\d+)/.exec(readFileSync(`/proc/${shell.pid}/task/${shell.pid}/children`, "utf8"))?.[1]);
  process.kill(job, "SIGSTOP");
  await shell.waitFor(/Stopped[^]*Stopped[^]*shell> /);
  shell.type("fg\r");
  await shell.waitFor(/Stopped[^]*Stopped[^]*❯ a draft of mine[^]*enter sends/);
  shell.type("!");
  await shell.waitFor("❯ a draft of mine!");
});

test("who looks elsewhere is told that a run asks; who looks at it is not", async () => {
  const chat = await open();
  const toldTo = (): number => chat.raw().split("\u001b]9;massgen: May this run start?").length - 1;
  chat.type("Add WebSocket support\r");
  await chat.waitFor("Run approval");
  expect(toldTo()).toBe(0);
  expect(chat.raw()).toContain("\u001b]2;? massgen · work\u0007");
  chat.type("\u001b[O");
  chat.type("/run Add tests\r");
  await chat.waitFor(() => toldTo() === 1);
  expect(chat.screen()).not.toContain("[O");
});

test.each([
  ["--plain", "", "--plain"],
  ["TERM=dumb", "TERM=dumb", ""],
  ["a screen reader", "INK_SCREEN_READER=true", ""],
])("with %s the chat is lines: nothing moves the cursor, a run is approved by a number", async (_name, env, args) => {
  writeFileSync(join(sandbox.cwd, "team.yaml"), TEAM);
  const { cwd } = sandbox;
  const line = `${env} ${process.execPath} ${MASSGEN} --config team.yaml ${args}; echo the end; read line`;
  const chat = await openTerminal({ command: "sh", args: ["-c", line], cwd, env: sandbox.env });
  terminal = chat;
  // It may have scrolled out of the window by the time that it is looked for.
  const heard = (wanted: RegExp) => chat.waitFor(() => wanted.test(chat.scrollback()));
  await heard(/\/help lists commands/);
  chat.type("Add WebSocket support\r");
  await heard(/Question: may this run start\?[^]*Answer 1 to approve/);
  chat.type("1\r");
  await heard(/approved: [^]*Run 1: is under way[^]*Run 1: ada gave answer ada 1\.1/);
  await heard(/✔ Run 1/);
  chat.type("/team\r");
  await heard(/Team\. *\n\s*ada/);
  chat.type("/rewind\r");
  await heard(/Type a number, 1 is the newest/);
  chat.type("\r");
  chat.type("/nonsense\r");
  await heard(/There is no \/nonsense/);
  chat.type("/quit\r");
  await heard(/the end/);
  expect(chat.raw()).not.toContain("\u001b");
});

describe("light or dark", () => {
  const ask = "\u001b]11;?\u001b\\";
  const colours = { NO_COLOR: "", COLORFGBG: undefined };

  test("the terminal is asked; its answer colours what is drawn, and never reaches what is typed", async () => {
    const chat = await open({ env: colours });
    expect(chat.raw()).toContain(ask);
    // Cyan on dark ground, blue on light.
    expect(chat.raw()).toMatch(/\u001b\[36[;m]/);
    expect(chat.raw()).not.toMatch(/\u001b\[34[;m]/);
    chat.type("hel\u001b]11;rgb:ffff/ffff/ffff\u001b\\lo");
    await chat.waitFor(/❯ hello$/m);
    await chat.waitFor(() => /\u001b\[34[;m]/.test(chat.raw()));
  });

  test.each([
    ["the user has chosen", "--config light.yaml", colours],
    ["the environment says it", "", { ...colours, COLORFGBG: "0;15" }],
    ["there are no colours", "", { ...colours, NO_COLOR: "1" }],
  ])("it is not asked where %s", async (_name, args, env) => {
    writeFileSync(join(sandbox.cwd, "light.yaml"), `${TEAM}ui: {theme: light}\n`);
    const chat = await open({ env, args });
    expect(chat.raw()).not.toContain(ask);
  });
});

describe("the plain chat asks in lines", () => {
  const TWO = TEAM + TEAM.slice(TEAM.indexOf("  -")).replace("ada", "bob");

  /** `heard` looks at all that was said: it may have scrolled out of the window by then. */
  async function openPlain(args: string): Promise<{ chat: Terminal; heard: (wanted: RegExp) => Promise<string> }> {
    const { cwd } = sandbox;
    const line = `${process.execPath} ${MASSGEN} --plain ${args}; echo the end; read line`;
    const chat = await openTerminal({ command: "sh", args: ["-c", line], cwd, env: sandbox.env });
    terminal = chat;
    return { chat, heard: (wanted) => chat.waitFor(() => wanted.test(chat.scrollback())) };
  }

  test("a run can be edited before it is approved", async () => {
    writeFileSync(join(sandbox.cwd, "team.yaml"), TWO);
    const { chat, heard } = await openPlain("--config team.yaml");
    await heard(/\/help lists commands/);
    chat.type("/run Add WebSocket support\r");
    await heard(/Agents: ada \(simulated\), bob \(simulated\)[^]*2 to edit/);
    chat.type("2\r");
    await heard(/1\. ada \(simulated\): takes part\n2\. bob \(simulated\): takes part\n3\. vote and refine: on/);
    chat.type("1\r");
    await heard(/1\. ada \(simulated\): left out[^]*y approves the run like this/);
    chat.type("y\r");
    await heard(/approved: .* · edited\n[^]*Run 1: bob gave answer bob 1\.1/);
    expect(chat.scrollback()).not.toContain("ada gave answer");
    expect(chat.raw()).not.toContain("\u001b");
  });

  test("every view and page is printed once and whole, without keys that nobody can press, and the next line is heard", async () => {
    writeFileSync(join(sandbox.cwd, "team.yaml"), TWO);
    const { chat, heard } = await openPlain("--config team.yaml");
    await heard(/\/help lists commands/);
    chat.type("/run Add WebSocket support\r");
    await heard(/Answer 1 to approve/);
    chat.type("1\r");
    await heard(/Kept as deliverable (.*\.md)/);
    for (const [line, wanted] of [
      ["/votes", /Run 1 · Add WebSocket support · votes[^]*ada → /],
      ["/compare 1", /Run 1 · Add WebSocket support · compare/],
      ["/timeline", /Run 1 · Add WebSocket support · timeline/],
      ["/runs", /Runs[^]*\/votes 2, say, shows the votes of run 2/],
      ["/cost", /Cost[^]*ada/],
      ["/deliverables", /Deliverables[^]*1\. .*\.md/],
      ["1", /add-websocket-support\.md/],
      ["/inbox", /Inbox/],
      ["/details", /save add-websocket-support\.md/],
      ["/context", /Context\./],
      ["/status", /Status\./],
      ["/permissions", /Permissions\./],
      ["/permissions plan", /plan: nothing is written or executed/],
      ["/help", /Commands and keys\.[^]*\/quit/],
    ] as const) {
      const before = chat.scrollback().length;
      chat.type(`${line}\r`);
      await chat.waitFor(() => wanted.test(chat.scrollback().slice(before)));
    }
    chat.type("/quit\r");
    await heard(/the end/);
    expect(chat.raw()).not.toContain("\u001b");
    expect(chat.scrollback()).not.toMatch(/reading …|esc back|⌃[A-Z]|shift\+enter/);
  });

  test.each([
    ["yes", "yes", "They are used.", true],
    ["Enter alone", "", "They are left out.", false],
    ["anything else", "yesterday", "They are left out.", false],
  ])("what a folder wants: %s", async (_name, typed, said, used) => {
    mkdirSync(join(sandbox.cwd, ".massgen"));
    writeFileSync(join(sandbox.cwd, ".massgen", "config.yaml"), TWO);
    const { chat, heard } = await openPlain("");
    await heard(/Trust this folder\?[^]*config\.yaml[^]*just Enter, leaves them out/);
    chat.type(`${typed}\r/team\r`);
    await heard(new RegExp(said));
    await heard(/Team\. *\n *ada/);
    expect(chat.scrollback().includes("cyd")).toBe(!used);
    chat.type("/quit\r");
    await heard(/the end/);
  });

  test("the input ends at the question: nothing was agreed to", async () => {
    mkdirSync(join(sandbox.cwd, ".massgen"));
    writeFileSync(join(sandbox.cwd, ".massgen", "config.yaml"), TWO);
    const { chat, heard } = await openPlain("");
    await heard(/just Enter, leaves them out/);
    chat.press("ctrl+d");
    await heard(/the end/);
    expect(chat.scrollback()).not.toContain("They are");
  });
});
