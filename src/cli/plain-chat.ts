import { createInterface } from "node:readline";
import { itemRows } from "../../components/chat/item-rows.ts";
import { startRows } from "../../components/chat/start-rows.ts";
import { clipboardSequence } from "../../components/clipboard.ts";
import { answerCommand, type ApprovalState } from "../../components/approval/approval-state.ts";
import { withoutKeys } from "../../components/keymap.ts";
import { answerLine } from "../../components/plain/answer-line.ts";
import { editRows, questionRows } from "../../components/plain/question-rows.ts";
import { runNews } from "../../components/plain/run-news.ts";
import { createShell } from "../../components/screen/shell.ts";
import type { Row } from "../../components/text/rows.ts";
import type { ChatFrontEnd } from "../core/front-end.ts";
import { plain } from "../core/terminal-safe.ts";
import { oneLine } from "../core/text.ts";
import { writeOut } from "./output.ts";
import { printRows } from "./plain-rows.ts";
import { isList, openViewText } from "./plain-views.ts";

/** Long lines are broken by whoever reads them. */
const SIZE = { columns: 100, rows: 200 };

/**
 * The chat in lines, for screen readers and terminals that cannot move the cursor: everything is printed once, below
 * what is there, and what is typed is edited by the terminal itself. Resolves when the user has left.
 */
export async function showPlainChat(frontEnd: ChatFrontEnd, left: Promise<unknown>): Promise<void> {
  const copy = (text: string): void => void process.stdout.write(clipboardSequence(text, process.env));
  const shell = createShell(frontEnd, {
    now: Date.now,
    redraw() {},
    copy: process.env["TERM"] === "dumb" ? undefined : copy,
    handOver: (work) => work(),
  });
  const noKeys = withoutKeys(shell.keymap);
  let printed = 0;
  let asked: ApprovalState | undefined;
  let doing = "";
  let runs = frontEnd.runs.get();
  let notice = "";
  let shown = "";
  printRows(startRows(frontEnd.start, SIZE.columns));
  printRows([[{ text: "Type a message and Enter. /help lists commands, /quit leaves." }]]);
  const ends = [
    shell.follow(() => SIZE),
    frontEnd.chat.subscribe(look),
    shell.screen.subscribe(look),
    frontEnd.lead.subscribe(lookAtLead),
    frontEnd.runs.subscribe(lookAtRuns),
    frontEnd.saving.subscribe(lookAtSaving),
  ];
  look();
  const lines = createInterface({ input: process.stdin, terminal: false });
  lines.on("line", (line) => typed(line));
  lines.on("close", frontEnd.quit);
  await left.catch(() => undefined);
  ends.forEach((end) => end());
  lines.close();

  function typed(line: string): void {
    const { approval, overlay: open, views } = shell.screen.get();
    const isPick = views.length > 0 && /^\d+$/.test(line.trim());
    if (views.length > 0 && !isPick) press(...views.map(() => "escape"));
    const move = approval && !open && !isPick ? answerLine(approval, line) : undefined;
    if (move?.answer) return frontEnd.send(answerCommand(move.card.asked, move.answer, move.note));
    if (move) return shell.screen.apply((screen) => ({ ...screen, approval: move.card }));
    if (open && line.trim() === "") return press("escape");
    if (isPick || (open && "picked" in open && /^\d+$/.test(line.trim()))) {
      return press(...Array.from({ length: Number(line) - 1 }, () => "down"), "enter");
    }
    if (line.trim() === "" && open === undefined) return;
    shell.type(
      [
        { kind: "key", chord: "ctrl+u" },
        { kind: "paste", text: line, bracketed: true },
      ],
      SIZE,
    );
    if (open?.kind !== "resume") press("enter");
  }

  function press(...chords: readonly string[]): void {
    shell.type(
      chords.map((chord) => ({ kind: "key", chord })),
      SIZE,
    );
  }

  /** Prints what is new in the conversation, what is asked, and the view that was opened. */
  function look(): void {
    const { items } = frontEnd.chat.get();
    const screen = shell.screen.get();
    if (screen.leaving || screen.opening) return;
    for (; printed < items.length; printed++) {
      const item = items[printed];
      if (item)
        printRows(itemRows(item, SIZE.columns, items[printed - 1]?.kind, noKeys).filter((line) => line.length > 0));
    }
    const { approval } = screen;
    if (approval && approval !== asked) printRows(asks(approval));
    asked = approval;
    if (screen.notice !== "" && screen.notice !== notice) printRows([[{ text: screen.notice }]]);
    notice = screen.notice;
    lookAtViews();
  }

  function lookAtViews(): void {
    const view = shell.view(SIZE);
    const text = openViewText(view);
    if (text === undefined || text === shown) return;
    shown = text;
    if (text === "") return;
    writeOut(`${text}\n`);
    const { overlay: open, views } = view.screen;
    const full = views.at(-1);
    if (full ? isList(full) : open && "picked" in open) return;
    queueMicrotask(() => press(...(full ? views : [open]).map(() => "escape")));
  }

  function lookAtLead(): void {
    const { activity, note } = frontEnd.lead.get();
    const now =
      activity === "tool" || activity === "retrying" ? oneLine(plain(note)) : activity === "thinking" ? "thinking" : "";
    if (now !== "" && now !== doing) writeOut(`… ${now}\n`);
    if (now !== "" || activity === "idle") doing = now;
  }

  function lookAtRuns(): void {
    const now = frontEnd.runs.get();
    for (const line of runNews(runs, now)) writeOut(`${line}\n`);
    runs = now;
  }

  function lookAtSaving(): void {
    const fault = frontEnd.saving.get();
    writeOut(
      fault
        ? `✖ This session is not being saved: ${oneLine(plain(fault.message))}\n`
        : "✔ The session is saved again.\n",
    );
  }
}

/** A question that one comes back to from editing is asked as it stands now. */
function asks(card: ApprovalState): readonly Row[] {
  if (card.mode === "edit") return editRows(card, SIZE.columns);
  const { asked, ask, proposal } = card;
  return questionRows(ask.kind === "run" && proposal ? { ...asked, ask: { ...ask, proposal } } : asked, SIZE.columns);
}
