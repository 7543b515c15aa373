import { expect, test } from "vitest";
import { playAside } from "../../src/models/simulated/aside.ts";

const asked = (conversation: string, question: string): string =>
  playAside({
    system: "",
    tools: [],
    messages: [
      {
        role: "user",
        text: `<conversation_so_far>\n${conversation}\n</conversation_so_far>\n\n<side_question>\n${question}\n</side_question>`,
      },
    ],
  }).text;

test("what was said of it is listed without the marks that it had where it stood", () => {
  const said = [
    "USER: how does the limiter work?",
    "LEAD: - the limiter has a bucket",
    "  • a limiter per user",
    "2. the limiter leaks",
  ];
  expect(asked(said.join("\n"), "What about the limiter?").split("\n\n")[0]).toBe(
    [
      "What was said of it:",
      "- USER: how does the limiter work?",
      "- LEAD: the limiter has a bucket",
      "- a limiter per user",
      "- the limiter leaks",
    ].join("\n"),
  );
});

test("what was not said is not made up", () => {
  expect(asked("USER: hello", "What about the limiter?")).toContain("Nothing that was said here is about");
});
