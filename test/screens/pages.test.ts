import { expect, test } from "vitest";
import { clipboardSequence } from "../../components/clipboard.ts";
import { newScreen, type View } from "../../components/screen/screen-state.ts";
import { newChat } from "../../src/core/chat/state.ts";
import type { Page } from "../../src/core/page.ts";
import { idleLead } from "../helpers/front-end.ts";
import { drawn, key, pressAll, typed, viewOf } from "./views.ts";

const page: Page = [
  {
    title: "The lead's window",
    lines: [
      { label: "tools", text: "3.1k tok · 2 %", share: 0.02 },
      { label: "conversation", text: "150k tok · 75 %", share: 0.75 },
    ],
  },
  { title: "Keys", lines: [{ label: "claude", text: "not \u001b[31mset", mark: "bad" }] },
];

function entered(line: string, given: Partial<View> = {}): ReturnType<typeof pressAll> {
  return pressAll(viewOf(given), [typed(line), key("enter")]);
}

test("a page is asked for, shown with its bars and marks, and closed with Esc", () => {
  const { view, effects } = entered("/context");
  expect(effects).toContainEqual({ do: "load_page", name: "context" });
  expect(drawn(view)).toContain("reading …");
  const shown = viewOf({
    screen: { ...newScreen, overlay: { kind: "page", name: "status", top: 0, content: { is: "there", value: page } } },
  });
  expect(drawn(shown)).toMatch(/Status\s+↑ ↓ scroll · esc back/);
  expect(drawn(shown)).toContain("conversation  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇·····  150k tok · 75 %");
  expect(drawn(shown)).toContain("tools         ▇···················  3.1k tok");
  expect(drawn(shown)).toContain("✖ claude  not");
  expect(drawn(shown)).not.toContain("\u001b[31m");
  expect(drawn({ ...shown, columns: 40 })).toContain("conversation  150k tok");
  expect(pressAll(shown, [key("escape")]).view.screen.overlay).toBeUndefined();
});

const answered = {
  ...newChat,
  items: [
    { kind: "lead", id: 1, at: 0, text: "first" },
    { kind: "user", id: 2, at: 0, text: "and?" },
    { kind: "lead", id: 3, at: 0, text: "second\nanswer" },
  ],
} as const;

test("/copy hands the last answer, or an earlier one, to the terminal and says how much", () => {
  const last = entered("/copy", { chat: answered });
  expect(last.effects).toContainEqual({ do: "copy", text: "second\nanswer" });
  expect(drawn(last.view)).toContain("sent to the terminal's clipboard: 13 characters, 2 lines");
  expect(entered("/copy 2", { chat: answered }).effects).toContainEqual({ do: "copy", text: "first" });
  for (const [line, chat, says] of [
    ["/copy", newChat, "nothing to copy"],
    ["/copy 3", answered, "from 1, the last answer, to 2"],
    ["/copy x", answered, "from 1, the last answer, to 2"],
  ] as const) {
    const refused = entered(line, { chat });
    expect(refused.effects).toEqual([]);
    expect(drawn(refused.view)).toContain(says);
  }
  const long = { ...answered, items: [{ kind: "lead", id: 1, at: 0, text: "x".repeat(60_000) } as const] };
  expect(drawn(entered("/copy", { chat: long, columns: 120 }).view)).toContain("some terminals do not take so much");
});

test("the clipboard gets the text in UTF-8; within tmux also the terminal around it", () => {
  const base64 = Buffer.from("grüße ✔", "utf8").toString("base64");
  expect(clipboardSequence("grüße ✔", {})).toBe(`\u001b]52;c;${base64}\u0007`);
  expect(clipboardSequence("grüße ✔", { TMUX: "/tmp/tmux" })).toBe(
    `\u001b]52;c;${base64}\u0007\u001bPtmux;\u001b\u001b]52;c;${base64}\u0007\u001b\\`,
  );
});

test("/theme is kept for all sessions, together with the other choices, and names what there is", () => {
  const vim = { mode: "insert" } as View["screen"]["vim"];
  const light = entered("/theme Light", { screen: { ...newScreen, vim } });
  expect(light.effects).toContainEqual({ do: "prefer", preferences: { vim: true, theme: "light" } });
  expect(drawn(light.view)).toContain("theme light");
  const auto = pressAll(light.view, [typed("/theme auto"), key("enter")]);
  expect(auto.effects).toContainEqual({ do: "prefer", preferences: { vim: true, theme: undefined } });
  const asked = pressAll(light.view, [typed("/theme"), key("enter")]);
  expect(drawn(asked.view)).toContain("The theme is light: dark, light, none or auto");
  expect(drawn(entered("/theme blue").view)).toContain('There is no theme "blue"');
  const kept = pressAll(light.view, [typed("/vim"), key("enter")]);
  expect(kept.effects).toContainEqual({ do: "prefer", preferences: { vim: false, theme: "light" } });
});

test("a side question shows while it is answered, and Esc stops it", () => {
  const asking = viewOf({ lead: { ...idleLead, aside: { question: "what was that?", text: "" } } });
  expect(drawn(asking)).toMatch(/◐ btw: what was that\?\n\n❯/);
  expect(pressAll(asking, [key("escape")]).effects).toEqual([{ do: "send", command: { do: "interrupt" } }]);
});

test("the answer to a side question is read while it comes: its end, in a few rows, fewer in a small window", () => {
  const text = Array.from({ length: 20 }, (_, line) => `- line ${line}`).join("\n");
  const lead = { ...idleLead, aside: { question: "what was that?", text } };
  const shown = drawn(viewOf({ lead }));
  expect(shown).toMatch(/◐ btw: what was that\?\n {2}│ • line 12\n[^]*│ • line 19\n/);
  expect(shown).not.toContain("line 11");
  expect(drawn(viewOf({ lead, columns: 40, rows: 10 }))).toMatch(/◐ btw: what was that\?\n {2}│ • line 19\n❯/);
});
