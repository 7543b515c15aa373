import { expect, test } from "vitest";
import { bothPermissions, closedPaths, judgeCall, parseRule, type Permissions } from "../../src/core/permissions.ts";

const rules = (
  given: Partial<Record<"allow" | "ask" | "deny", readonly string[]>>,
  mode: Permissions["mode"],
): Permissions => {
  const of = (texts: readonly string[] = []) => texts.flatMap((text) => parseRule(text) ?? []);
  return { mode, allow: of(given.allow), ask: of(given.ask), deny: of(given.deny) };
};
const judge = (permissions: Permissions, command: string) =>
  judgeCall(permissions, { tool: "run_command", capability: "execute", command }).verdict;

/** What a list of the first words would let through, and many ways of saying the same. */
const SIDE_EFFECTS = [
  ..."; && || | & \n".split(" ").map((operator) => `git status ${operator} touch x`),
  ..."$(touch x)|`touch x`|${IFS}touch|<(touch x)|>x|>>x|2>x|<<E|$'\\n'touch x|{touch,x}|*|~"
    .split("|")
    .map((part) => `git status ${part}`),
  ...["LD_PRELOAD=./x.so", "NODE_OPTIONS=-r./x", "PATH=.", "GIT_PAGER=./x", "A+=1"].map((set) => `${set} git status`),
  ...[
    "sh -c",
    "bash -c",
    "zsh -c",
    "dash -c",
    "env",
    "xargs",
    "sudo",
    "doas",
    "nohup",
    "time",
    "timeout 5",
    "setsid",
    "nice",
    "command",
    "exec",
    "eval",
    "source",
    ".",
    "watch",
    "parallel",
    "ssh host",
    "su -c",
    "stdbuf -o0",
    "script -c",
  ].map((wrapper) => `${wrapper} git status`),
  "/usr/bin/env git status",
  "/bin/sh -c 'git status'",
  "python3 -c 'import os'",
  "perl -e 1",
  "ruby -e 1",
  "node -e 1",
  "awk 'BEGIN{system(\"touch x\")}'",
  "if true; then git status; fi",
  "for f in a; do git status; done",
  "while :; do git status; done",
  "f() { git status; }",
  "(git status)",
  "{ git status; }",
  "! git status",
  "[[ -n x ]]",
  "case x in x) git status;; esac",
  "git status # x",
  "git status \\\n touch x",
  "git st\u0430tus",
  "git\u00a0status",
  "g\\it status; touch x",
  "'git status",
  '"git status',
  "git status\r touch x",
  "git status \u0007",
  "git statusx",
  "git",
  "git -c core.pager=./x status",
  "git --exec-path=. status",
  "gitx status",
  "./git status",
  "git push",
  "npm run",
  "make",
  "find . -exec touch x +",
  "sort -o x",
  "rg --pre ./x y",
  "tar --checkpoint-action=exec=./x",
  "curl -o x localhost",
  "nc localhost 1",
  Array.from({ length: 60 }, () => "git status").join(" && "),
  `git status ${"a".repeat(1_000_000)}`,
  "",
  "   ",
];

test(`with mode ask none of ${SIDE_EFFECTS.length} lines is let through by a rule for something harmless`, () => {
  const permissions = rules({ allow: ["run_command(git status)"] }, "ask");
  expect(SIDE_EFFECTS.length).toBeGreaterThanOrEqual(90);
  expect(SIDE_EFFECTS.filter((line) => judge(permissions, line) === "allow").map((line) => line.slice(0, 60))).toEqual(
    [],
  );
});

test.each([
  "git status",
  "git status --short",
  "git status -- 'a file'",
  'git status "a file"',
  "git status && npm test -- --run",
  "npm test; git status\n",
])("%s is let through", (line) => {
  expect(judge(rules({ allow: ["run_command(git status)", "run_command(npm test)"] }, "ask"), line)).toBe("allow");
});

/** Each of them once as it is and once inside of something: 2 × 16 ways to a command that is denied. */
const PUSHES = [
  "git push",
  "git  push origin",
  "'git' push",
  '"git" "push"',
  "g\\it push",
  "/usr/bin/git push",
  "git\tpush",
];

test("a rule that denies wins over every other, in any place of a line, and where it cannot be told the line is held back", () => {
  const permissions = rules(
    { allow: ["execute", "run_command"], ask: ["run_command(git push)"], deny: ["run_command(git push)"] },
    "auto",
  );
  for (const push of PUSHES) {
    for (const line of [
      push,
      `ls; ${push}`,
      `ls && ${push}`,
      `ls || ${push}`,
      `ls | ${push}`,
      `ls\n${push}`,
      `${push} & ls`,
    ]) {
      expect(judge(permissions, line), line).toBe("deny");
    }
  }
  const bounded = rules({ deny: ["run_command(git push)"] }, "auto");
  for (const line of [
    "$(echo git) push",
    "sh -c 'git push'",
    "eval git push",
    "x=push; git $x",
    "`git push`",
    "env git push",
  ]) {
    expect(judge(bounded, line), line).not.toBe("allow");
  }
  expect(judge(bounded, "git status && ls")).toBe("allow");
});

test("modes: auto does what nothing forbids, ask wants a rule for commands and the network, plan changes nothing", () => {
  const verdicts = (permissions: Permissions) =>
    (["read", "coordinate", "write", "execute", "network"] as const).map(
      (capability) => judgeCall(permissions, { tool: "some_tool", capability }).verdict,
    );
  expect(verdicts(rules({}, "auto"))).toEqual(["allow", "allow", "allow", "allow", "allow"]);
  expect(verdicts(rules({}, "ask"))).toEqual(["allow", "allow", "allow", "ask", "ask"]);
  expect(verdicts(rules({ allow: ["network"] }, "ask"))).toEqual(["allow", "allow", "allow", "ask", "allow"]);
  expect(verdicts(rules({}, "plan"))).toEqual(["allow", "allow", "deny", "deny", "deny"]);
  expect(verdicts(rules({ allow: ["execute"], deny: ["some_tool"] }, "auto"))).toEqual(Array(5).fill("deny"));
});

test("the user's rules and those of a project hold together, and the stricter mode counts", () => {
  const user = rules({ deny: ["run_command(git push)", "read(secrets/)"] }, "ask");
  const project = rules({ allow: ["execute"], ask: ["write(migrations/**)"] }, "auto");
  const both = bothPermissions(user, project);
  expect(both.mode).toBe("ask");
  expect(judge(both, "git push")).toBe("deny");
  expect(judge(both, "ls")).toBe("allow");
  expect(closedPaths(both)).toEqual({
    closed: { read: ["secrets/"], write: ["secrets/"] },
    asks: { read: [], write: ["migrations/**"] },
  });
});

test.each(["", "run command", "(x)", "9tool", "tool(", "tool()"])("%s is no rule", (text) => {
  expect(parseRule(text)).toBeUndefined();
});
