import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import type { ModelServer } from "../helpers/model-server.ts";
import { pngOf } from "../helpers/pictures.ts";
import type { Terminal } from "../helpers/terminal.ts";
import { makeRepository, writeTeam } from "./chat-script.ts";
import { chatRig } from "./rig.ts";

const rig = chatRig();
let server: ModelServer;
let release: () => void;
let held: Promise<void>;
beforeEach(async () => {
  makeRepository(rig.sandbox);
  held = Promise.resolve();
  server = await rig.serve(async ({ messages }) => {
    await held;
    return { text: `heard ${messages.length}` };
  });
});

async function open(env: Readonly<Record<string, string>> = {}): Promise<Terminal> {
  const args = ["--config", writeTeam(rig.sandbox, "chatcompletion", server.baseUrl("chatcompletion"))];
  return rig.open(args, { env: { TEST_KEY: "sk-1", ...env } });
}

/** The model says nothing before `release`. */
function hold(): void {
  held = new Promise((resolve) => {
    release = resolve;
  });
}

/** A program that is named as the user's editor. */
function editor(name: string, script: string): string {
  const path = join(rig.sandbox.cwd, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

function lastHeard(): string {
  return server.requests.at(-1)?.messages.at(-1)?.text ?? "";
}

test("@ lists the files of the directory; what is taken reaches the lead as it stands there", async () => {
  mkdirSync(join(rig.sandbox.cwd, "node_modules"));
  writeFileSync(join(rig.sandbox.cwd, "node_modules", "auth.js"), "");
  const terminal = await open();
  terminal.type("explain @auth");
  const screen = await terminal.waitFor("❯ src/auth.js");
  expect(screen).not.toContain("node_modules");
  terminal.press("tab");
  await terminal.waitFor("❯ explain @src/auth.js");
  terminal.type("please\r");
  await terminal.waitFor("heard 1");
  expect(lastHeard()).toBe("explain @src/auth.js please");
});

test("! runs a command, shows its output and tells the lead with the next message; Esc stops one", async () => {
  const terminal = await open();
  terminal.type("!grep -c verify src/auth.js; exit 3\r");
  await terminal.waitFor(/❯ !grep.*\n {2}│ 1\n {2}✖ exit code 3 after/);
  expect(server.requests).toHaveLength(0);
  terminal.type("!echo begun; sleep 100\r");
  await terminal.waitFor(/◐ ! echo begun; sleep 100 .*\n {2}│ begun/);
  terminal.press("escape");
  await terminal.waitFor(/│ begun\n {2}✖ stopped by the user after/);
  terminal.type("what failed?\r");
  await terminal.waitFor("heard");
  expect(lastHeard()).toMatch(
    /<user_command tool="shell" command="grep -c verify[^>]*" outcome="failed">\n1\n\[exit code 3/,
  );
  expect(lastHeard()).toMatch(/begun\n\[stopped by the user[^]*what failed\?$/);
});

test("# adds a note to CONTEXT.md, which the lead reads with the next message", async () => {
  const terminal = await open();
  terminal.type("# we use ws 8\r");
  await terminal.waitFor("▸ note in CONTEXT.md: we use ws 8");
  expect(server.requests).toHaveLength(0);
  terminal.type("go on\r");
  await terminal.waitFor("heard");
  expect(server.requests[0]?.system).toContain("- we use ws 8");
});

test("Tab queues while the lead is busy, ↑ takes it back, and the queue moves when the turn is over", async () => {
  const terminal = await open();
  hold();
  terminal.type("first\r");
  await expect.poll(() => server.requests.length, { timeout: 15_000 }).toBe(1);
  terminal.type("second");
  await terminal.waitFor("tab queues");
  terminal.press("tab");
  await terminal.waitFor(/○ second .*queued/);
  terminal.press("up");
  await terminal.waitFor("❯ second");
  terminal.type(" time");
  await terminal.waitFor("❯ second time");
  terminal.press("tab");
  await terminal.waitFor("○ second time");
  expect(server.requests).toHaveLength(1);
  release();
  await terminal.waitFor("heard 3");
  expect(lastHeard()).toBe("second time");
  expect(terminal.screen()).not.toContain("queued");
});

test("after Esc the queue waits for Enter", async () => {
  const terminal = await open();
  hold();
  terminal.type("first\r");
  await expect.poll(() => server.requests.length, { timeout: 15_000 }).toBe(1);
  terminal.type("second");
  await terminal.waitFor("tab queues");
  terminal.press("tab");
  await terminal.waitFor("○ second");
  terminal.press("escape");
  await terminal.waitFor("stopped here");
  terminal.press("left");
  await terminal.waitFor("enter sends what is queued");
  release();
  expect(server.requests).toHaveLength(1);
  terminal.press("enter");
  await terminal.waitFor("heard");
  expect(lastHeard()).toMatch(/second$/);
});

test("Ctrl+G hands the draft to $EDITOR, which has the terminal; what settles meanwhile is printed afterwards", async () => {
  const script =
    'echo "editing"; head -n 1 "$1"; for n in 1 2 3 4 5 6; do read -r line < /dev/tty; echo "got $n"; done; printf "%s\\nfrom the editor" "$line" > "$1"';
  const terminal = await open({ EDITOR: editor("edit", script) });
  hold();
  terminal.type("first\r");
  await terminal.waitFor("esc to stop");
  terminal.type("my draft\u0007");
  await terminal.waitFor(/editing\nmy draft/);
  release();
  await expect.poll(() => server.requests.length, { timeout: 15_000 }).toBe(1);
  // All that is typed is the editor's: a reader beside it would get some of the lines.
  for (const n of [1, 2, 3, 4, 5, 6]) {
    terminal.type("typed there\r");
    if (n < 6) await terminal.waitFor(`got ${n}`);
  }
  await terminal.waitFor(/❯ typed there\n {2}from the editor/);
  await terminal.waitFor("heard 1");
  expect(terminal.scrollback().match(/heard 1/g)).toHaveLength(1);
  terminal.press("enter");
  await terminal.waitFor("heard 3");
  expect(lastHeard()).toBe("typed there\nfrom the editor");
});

test("an editor that fails or is not there leaves the draft as it was and says so", async () => {
  const terminal = await open({ VISUAL: editor("fails", "exit 3") });
  terminal.type("my draft\u0007");
  const screen = await terminal.waitFor("ended with exit code 3");
  expect(screen).toContain("❯ my draft");
  terminal.type("!\r");
  await terminal.waitFor("heard 1");
  expect(lastHeard()).toBe("my draft!");
});

test("keybindings.yaml moves keys; what is wrong in it is told and the rest holds", async () => {
  const directory = join(rig.sandbox.env["HOME"] ?? "", ".config", "massgen");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "keybindings.yaml"), "stash: alt+f\nserach: ctrl+r\n");
  const terminal = await open();
  expect(terminal.screen()).toContain('keybindings.yaml: there is no key "serach". Did you mean "search"?');
  terminal.type("later");
  await terminal.waitFor("❯ later");
  terminal.press("alt+f");
  await terminal.waitFor("takes your draft back");
});

test("a keybindings.yaml that is none is told with its place, and the usual keys hold", async () => {
  const directory = join(rig.sandbox.env["HOME"] ?? "", ".config", "massgen");
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "keybindings.yaml"), "stash: [alt+f\n");
  const terminal = await open();
  expect(terminal.screen().replace(/\s+/g, "")).toMatch(/keybindings\.yaml:\d:\d/);
  terminal.type("later\u0013");
  await terminal.waitFor("takes your draft back");
});

test("/vim is kept for the next session", async () => {
  const first = await open();
  first.type("/vim\r");
  await first.waitFor("vi keys");
  first.type("abc");
  await first.waitFor("❯ abc");
  first.press("escape");
  await first.waitFor("▸ abc");
  const preferences = join(rig.sandbox.env["HOME"] ?? "", ".config", "massgen", "preferences.json");
  await expect.poll(() => existsSync(preferences), { timeout: 15_000 }).toBe(true);
  const second = await open();
  second.type("abc");
  await second.waitFor("❯ abc");
  second.press("escape");
  await second.waitFor("▸ abc");
  second.type("x\r");
  await second.waitFor("heard 1");
  expect(lastHeard()).toBe("ab");
});

test("a picture becomes a label in the draft, and the lead is shown it", async () => {
  writeFileSync(join(rig.sandbox.cwd, "mock.png"), pngOf(64, 48));
  const terminal = await open();
  terminal.type("what is @mock.png ");
  await terminal.waitFor(/❯ what is \[Image 1 · 64×48 · \d+ B\]/);
  terminal.paste(join(rig.sandbox.cwd, "mock.png"));
  await terminal.waitFor("[Image 2 · 64×48");
  terminal.press("backspace");
  terminal.press("backspace");
  terminal.type("really?\r");
  const screen = await terminal.waitFor("heard 1");
  expect(screen).toMatch(/❯ what is \[Image 1 · 64×48 · \d+ B\] +really\?/);
  expect(JSON.stringify(server.requests.at(-1)?.body).match(/data:image\/png;base64,/g)).toHaveLength(1);
});

test("where no program can read the clipboard, the screen says which one is missing", async () => {
  const terminal = await open({ PATH: join(rig.sandbox.cwd, "nothing"), WAYLAND_DISPLAY: "wayland-0", DISPLAY: "" });
  terminal.type("\u0016");
  await terminal.waitFor("The clipboard cannot be read: there is no wl-paste here");
});
