import { readKeymap } from "../../components/keymap.ts";
import { expect, test } from "vitest";
import { itemRows } from "../../components/chat/item-rows.ts";
import type { ChatItem } from "../../src/core/chat/state.ts";
import { drawn, viewOf } from "./views.ts";

const base = { id: 1, at: 0 };
const items: readonly ChatItem[] = [
  {
    ...base,
    kind: "recap",
    lastHere: "yesterday 18:20",
    asked: "Add WebSocket\u001b[31m support",
    underWay: [{ number: 2, title: "WebSocket handler" }],
  },
  {
    ...base,
    kind: "compacted",
    by: "limit",
    kept: ["a summary", "3 runs"],
    imagesLeftOut: 2,
    tokensBefore: 71_234,
    tokensAfter: 6100,
  },
  { ...base, kind: "rewound", to: 1, text: "Which library?" },
  { ...base, kind: "note", text: "exported to talk.md" },
];

test("what happens to the session itself is told in a line or two", () => {
  const text = items
    .flatMap((item) => itemRows(item, 76, undefined, readKeymap(undefined, "")))
    .map((row) =>
      row
        .map(({ text }) => text)
        .join("")
        .trimEnd(),
    )
    .join("\n");
  expect(text).toMatchInlineSnapshot(`
    "
      ─ You were last here yesterday 18:20.
        You asked: “Add WebSocket[31m support”
        Run 2 was under way: WebSocket handler

      ─ the conversation was near the model's limit and is summarised: 71k →
        6.1k tok · kept: a summary, 3 runs · 2 images left out: the lead sees
        one again when you show it · all of it stays in the session (/export)

      ─ back to before “Which library?”: what came after it no longer counts
        for the lead

      ✔ exported to talk.md"
  `);
});

test("a session that is not being saved says so for as long as that lasts, in the smallest window too", () => {
  const saving = {
    code: "disk",
    message: "Cannot write /a/b: no space left (ENOSPC)",
    hint: "Free some space.",
  } as const;
  expect(drawn(viewOf({ saving }))).toMatch(
    /✖ This session is not being saved\. Cannot write \/a\/b: no space left\n +\(ENOSPC\)\. It is tried again\. Free some space\.[^]*✖ not saved · ask · simulated/,
  );
  expect(drawn(viewOf({ saving, columns: 40, rows: 10 }))).toContain("✖ not saved");
});
