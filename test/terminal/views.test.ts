import { expect, test } from "vitest";
import { expectNothingErased, screenRig } from "./rig.ts";

const chat = screenRig({ cols: 100, rows: 24 });

const prompt = (screen: string): boolean => screen.includes("? for help") || screen.includes("esc to stop run");

test("a walk through the views of a run leaves the transcript and the scrollback as they were", async () => {
  const terminal = await chat();
  for (let count = 1; count <= 12; count++) {
    terminal.type(`${"x".repeat(count)}\r`);
    await terminal.waitFor(() => terminal.scrollback().includes(`heard ${count} characters`));
  }
  terminal.type("do settle\r");
  await terminal.waitFor((screen) => screen.includes("ada won 2 of 3") && prompt(screen));
  const before = terminal.scrollback();

  terminal.press("ctrl+o");
  const votes = await terminal.waitFor("Minority report: bob would take bob 2.1");
  expect(votes).not.toContain("heard");
  expect(votes.split("\n")[0]).toMatch(/^ Run 2 · WebSocket handler · votes .*winner ada 1\.2, 2 of 3 votes/);
  terminal.type("r");
  await terminal.waitFor(/❯ ✔ ada .* │ {3}✔ bob .* │ {3}✔ cyd/);
  terminal.press("tab");
  await terminal.waitFor(/✔ ada .* │ ❯ ✔ bob/);
  terminal.press("enter");
  await terminal.waitFor("enter side by side");
  for (const [cols, rows] of [
    [70, 20],
    [100, 24],
  ] as const) {
    terminal.resize(cols, rows);
    await terminal.waitFor((screen) => {
      const [title, rule, ...rest] = screen.split("\n");
      return title?.startsWith(" Run 2") === true && rule?.length === cols - 2 && rest.length === rows - 3;
    });
  }
  terminal.press("escape");
  await terminal.waitFor(() => terminal.scrollback() === before);

  terminal.type("/compare\r");
  await terminal.waitFor(/ada 1\.2 ✔ winner .* │ ❯ bob 2\.1/);
  terminal.type("t");
  await terminal.waitFor("Event 38 of 38");
  terminal.press("home");
  await terminal.waitFor("Event 1 of 38");
  terminal.type(" ");
  await terminal.waitFor("Event 38 of 38");
  terminal.press("escape");
  await terminal.waitFor(() => terminal.scrollback() === before);
  for (const [line, shown] of [
    ["/cost", "Did the team change the answer? Yes"],
    ["/deliverables", "None yet."],
    ["/inbox", "Nothing waits for you."],
  ] as const) {
    terminal.type(`${line}\r`);
    await terminal.waitFor(shown);
    terminal.press("escape");
    await terminal.waitFor(() => terminal.scrollback() === before);
  }

  terminal.type("/runs\r");
  await terminal.waitFor("Runs of this project");
  terminal.press("down");
  await terminal.waitFor(/❯ .*2 {2}WebSocket handler/);
  terminal.press("enter");
  await terminal.waitFor("✔ cyd");
  terminal.press("escape");
  await terminal.waitFor("Runs of this project");
  terminal.press("escape");
  await terminal.waitFor(() => terminal.scrollback() === before);
  expectNothingErased(terminal);
});

test("what settles while a view is open is printed when it closes, once", async () => {
  const terminal = await chat();
  terminal.type("do run\r");
  await terminal.waitFor("╭─ Run 2");
  terminal.type("do blocks\r");
  await terminal.waitFor("block 5.");
  terminal.press("ctrl+o");
  await terminal.waitFor("enter zoom");
  await terminal.waitFor((screen) => !screen.includes("block"));
  await terminal.waitFor("blocks are through");
  terminal.press("escape");
  await terminal.waitFor("no more blocks");
  const blocks = terminal.scrollback().match(/block \d+\./g);
  expect(blocks).toEqual(Array.from({ length: 100 }, (_, n) => `block ${n + 1}.`));
  expectNothingErased(terminal);
});

test("leaving or dying while a view is open gives the terminal its own screen back", async () => {
  const terminal = await chat();
  terminal.type("hello\r");
  await terminal.waitFor("heard 5 characters");
  terminal.type("do run\r");
  await terminal.waitFor("╭─ Run 2");
  terminal.press("ctrl+o");
  await terminal.waitFor("enter zoom");
  await terminal.kill("SIGTERM");
  expect(terminal.raw().lastIndexOf("\u001b[?1049l")).toBeGreaterThan(terminal.raw().lastIndexOf("\u001b[?1049h"));
  expect(terminal.scrollback()).toContain("heard 5 characters");
});
