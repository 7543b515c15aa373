import { array, assert, asyncProperty, boolean, constantFrom } from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { ToolSpec } from "../../src/core/model.ts";
import { cameBackText, leadPrompt } from "../../src/lead/prompts.ts";
import { converse, toolSpec } from "./simulated-play.ts";
import { chat, launches, lead, leadSpecs, names, report } from "./simulated-workshop.ts";

describe("commands", () => {
  test.each([
    ["run `npm test`", "npm test"],
    ["please run npm test -- --watch=false and tell me what fails", "npm test -- --watch=false"],
    ["Run git status.", "git status"],
    ["could you execute `ls -la | wc -l`?", "ls -la | wc -l"],
  ])("%j runs it and shows what it wrote, as a simulated lead", async (said, command) => {
    const { text, calls } = await chat(() => "3 passed\n[exit code 0 after 0.1s]").say(said);
    expect(calls).toEqual([{ name: "run_command", input: { command } }]);
    expect(text).toContain(`\`${command}\` says:\n\n\`\`\`\n3 passed`);
    expect(text).toContain("Simulated lead");
  });

  test("a no is accepted with its reason, and something that failed is told as that", async () => {
    const refusal = "The user declined. Their reason: not now\nDo not ask for the same again";
    const no = await chat(() => ({ output: refusal, failed: true })).say("run `npm test`");
    expect(no.text).toBe("All right, I do not run it: “not now”. Tell me what to do instead.");
    const denied = { output: 'Not permitted: run_command "npm test". Reason: a rule', failed: true };
    expect((await chat(() => denied).say("run `npm test`")).text).toMatch(/^It was not run: Not permitted: .*a rule/);
  });

  test("where there are none it says why", async () => {
    const without = leadSpecs.filter(({ name }) => name !== "run_command");
    const told = async (system: string) => (await converse(lead, without, () => "", system).say("run `ls`")).text;
    expect(await told("The mode is plan: …")).toContain("Leave it with /plan or Shift+Tab");
    expect(await told("")).toContain("nothing to run commands with");
  });

  test.each(["run a security review of the API", "run the migration", "run the team on it"])(
    "%j is work for the team",
    async (said) => {
      expect(names((await chat().say(said)).calls)).not.toContain("run_command");
    },
  );
});

describe("questions", () => {
  test("a question is answered from files that were really searched and read, with lines to look at", async () => {
    const { text, calls } = await chat().say("What does the auth refresh do?");
    expect(names(calls).slice(0, 3)).toEqual(["search_files", "search_files", "read_file"]);
    expect(text).toContain("Renews access tokens before they expire.");
    expect(text).toContain("`src/auth/refresh.ts:1`");
    expect(text).toContain("`refresh` (line 2)");
    expect(text).toContain("has 4 lines");
    expect(text).toMatch(/Simulated lead/);
  });

  test("the file that defines an identifier is read before files that only mention it", async () => {
    const { calls } = await chat(({ name }) =>
      name === "search_files" ? "src/zoo.ts:9: makeToken();\nsrc/alpha.ts:3: export function makeToken() {" : undefined,
    ).say("Where is makeToken defined?");
    expect(calls.filter(({ name }) => name === "read_file")[0]?.input).toEqual({ path: "src/alpha.ts" });
  });

  test("a file that the question names is read without searching", async () => {
    const { text, calls } = await chat().say("explain src/auth/limiter.ts");
    expect(calls).toEqual([{ name: "read_file", input: { path: "src/auth/limiter.ts" } }]);
    expect(text).toContain("`limiter` (line 1)");
  });

  test("when nothing is found it says so and shows what there is", async () => {
    const { text, calls } = await chat().say("How does the frobnicator work?");
    expect(names(calls)).toEqual(["search_files", "list_directory"]);
    expect(text).toContain("“frobnicator”");
    expect(text).toContain("src/");
  });

  test("a word that occurs nowhere is named beside what was found", async () => {
    const { text } = await chat().say("Where does auth meet kerberos?");
    expect(text).toMatch(/Not found anywhere: .*“kerberos”/);
  });

  test("a question about changes is answered by git", async () => {
    const { text, calls } = await chat(({ name }) => (name === "git_status" ? " M src/a.ts" : undefined)).say(
      "What's uncommitted?",
    );
    expect(names(calls)).toEqual(["git_status", "git_diff"]);
    expect(text).toContain("M src/a.ts");
  });

  test("a statement is looked into and may become work", async () => {
    const talk = chat();
    expect((await talk.say("the auth limiter is wrong")).text).toContain("Shall I put the team on it?");
    expect(launches((await talk.say("yes")).calls)[0]?.["task"]).toBe("the auth limiter is wrong");
  });

  test("without tools it says that it cannot look", async () => {
    const launchOnly = leadSpecs.filter(({ name }) => name === "launch_run");
    const { text } = await converse(lead, launchOnly, () => "").say("What does auth do?");
    expect(text).toMatch(/no tool to look anything up/);
  });

  test.each(["hello", "thanks!", "are you a real model?"])("%j gets a short answer and no tools", async (said) => {
    const { text, calls } = await chat().say(said);
    expect(calls).toEqual([]);
    expect(text.length).toBeLessThan(500);
  });

  test("it never passes for a real model", async () => {
    expect((await chat().say("Who are you?")).text).toContain("simulated");
  });
});

describe("projects", () => {
  test("a new project gets a short name and its goals, then a plan is proposed", async () => {
    const talk = chat();
    const { text, calls } = await talk.say("Start a new project: migrate the user service to gRPC.");
    expect(calls).toEqual([
      { name: "create_project", input: { name: "grpc-migration", goals: "migrate the user service to gRPC." } },
    ]);
    expect(text).toContain("Shall I have the team plan it?");
    expect(launches((await talk.say("yes please")).calls)).toEqual([
      expect.objectContaining({ purpose: "planning", task: "Plan: migrate the user service to gRPC." }),
    ]);
  });

  test("a project that cannot be created is reported", async () => {
    const { text } = await chat(() => ({ output: 'There is a project "x" already', failed: true })).say(
      "Start a new project: x marks the spot",
    );
    expect(text).toContain('There is a project "x" already');
  });

  const context = [
    "# grpc-migration",
    "## Goals",
    "- Move to gRPC",
    "## State",
    "Phase 1 is done and verified.",
    "",
    "Left in phase 2:",
    "",
    "- authentication interceptor (task 2.3): verify the JWT",
    "- rate-limit interceptor",
    "## Open questions",
    "- Who owns the dashboards?",
  ].join("\n");
  const pastRuns =
    "run 6 · User CRUD · answered · won by ada · $0 · started x · id y · log /z\nrun 7 · Auth interceptor · stopped · $0 · started x";

  test("continuing opens the project and says what is done, left, stopped and next", async () => {
    const talk = chat(({ name }) =>
      name === "open_project"
        ? `<project name="grpc-migration">\n<context_md>\n${context}\n</context_md>\n<last_runs>\n${pastRuns}\n</last_runs>\n</project>`
        : undefined,
    );
    const { text, calls } = await talk.say("Continue the gRPC migration.");
    expect(calls).toEqual([{ name: "open_project", input: { name: "gRPC migration" } }]);
    for (const part of [
      "Phase 1 is done and verified.",
      "- rate-limit interceptor",
      "Who owns the dashboards?",
      "run 7 · Auth interceptor · stopped",
      "1 run ended without an answer",
      "Shall I have the team carry out this step: authentication interceptor",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("/z");
    expect(launches((await talk.say("yes")).calls)[0]?.["task"]).toContain("authentication interceptor (task 2.3)");
  });

  test.each(["where are we?", "status", cameBackText("yesterday 18:20")])(
    "%j is answered from the system message and the list of runs, and starts nothing",
    async (said) => {
      const system = leadPrompt({
        project: { name: "grpc-migration", root: "/p", contextMd: context, deliverables: [], runs: [], others: [] },
        directory: "/work",
        team: [],
        instructions: "",
        date: "2026-01-30",
        mode: "ask",
      });
      const { text, calls } = await chat(({ name }) => (name === "list_runs" ? pastRuns : undefined), system).say(said);
      expect(names(calls)).toEqual(["list_runs"]);
      expect(text).toContain("Phase 1 is done");
      expect(text).toMatch(/Shall I .*authentication interceptor.*\?$/);
    },
  );

  test("a project that does not exist is reported with what there is", async () => {
    const { text } = await chat(({ name }) =>
      name === "open_project"
        ? { output: 'No project "moon base". There is: grpc-migration.', failed: true }
        : undefined,
    ).say("Continue the moon base");
    expect(text).toContain("There is: grpc-migration.");
  });

  test("with nothing to continue it says so", async () => {
    const { text } = await chat(({ name }) => (name === "list_runs" ? "There have been no runs." : undefined)).say(
      "status",
    );
    expect(text).toMatch(/nothing to continue/);
  });
});

describe("tools", () => {
  test("an offered tool with other argument names gets those, and nothing that its schema lacks", async () => {
    const odd: readonly ToolSpec[] = [
      toolSpec("launch_run", { task: z.string(), title: z.string(), priority: z.int().min(3), urgent: z.boolean() }),
      toolSpec("search_files", { pattern: z.string() }),
    ];
    const { calls } = await converse(lead, odd, () => "Run 1 started").say("Plan the auth module");
    expect(calls[0]?.input).toEqual({
      task: "Plan the auth module",
      title: "Plan the auth module",
      priority: 3,
      urgent: false,
    });
    const search = await converse(lead, odd, () => "").say("what is auth?");
    expect(search.calls).toEqual([{ name: "search_files", input: { pattern: "auth" } }]);
  });

  test("a slash command of the user is acknowledged, and its outcome not taken for words of the user", async () => {
    const { text, calls } = await chat().say(
      '<user_command tool="create_project" outcome="done">\nProject x created\n</user_command>',
    );
    expect(calls).toEqual([]);
    expect(text).toMatch(/^Done/);
  });
});

test("whatever is said, the lead answers, and calls only what is offered, with arguments that exist", async () => {
  const words = constantFrom(
    "add review plan what is the run 2 yes no quick instead of status continue src/a.ts <run_report> </run_report> `x` [ ] - 1. # ? ! : “ ” between and or vs"
      .split(" ")
      .concat("continue the project", "start a new project", "a".repeat(5000), "/".repeat(500), "\n- ", ""),
  );
  const output = constantFrom(
    "",
    "x:1: y",
    "a/b.ts",
    "nothing",
    `${"a".repeat(3000)}!`,
    "The user declined. Their reason: no",
    report(),
  );
  await assert(
    asyncProperty(array(words, { maxLength: 8 }), output, boolean(), async (said, result, failed) => {
      const talk = chat(() => ({ output: result, failed }));
      const { calls } = await talk.say(`${said.join(" ")}.`);
      for (const { name, input } of calls) {
        const properties = leadSpecs.find((tool) => tool.name === name)?.inputSchema["properties"] as
          object | undefined;
        expect(Object.keys(properties ?? {}), name).toEqual(expect.arrayContaining(Object.keys(input)));
      }
    }),
    { numRuns: 300, seed: 7 },
  );
});
