import type { LiveRun } from "../front-end.ts";
import { openAsks } from "../run/permission-asks.ts";
import { plain } from "../terminal-safe.ts";
import { clip, formatDuration, oneLine } from "../text.ts";
import type { ChatState } from "./state.ts";
import { turnUnderWay } from "./turn.ts";

/** Shorter work is watched while it is done. */
const LONG_MS = 10_000;
const TITLE_CHARS = 60;

/** The title of the terminal's window: what waits for the user, what is at work, else where it is. */
export function windowTitle(chat: ChatState, place: string, runs: readonly LiveRun[] = []): string {
  const where = `massgen · ${chat.title === "" ? place : chat.title}`;
  const asks =
    chat.calls.some(({ stage }) => stage === "asked") || runs.some(({ state }) => openAsks(state).length > 0);
  const works = chat.runs.length > 0 || turnUnderWay(chat);
  return clip(oneLine(plain(`${asks ? "? " : works ? "◐ " : ""}${where}`)), TITLE_CHARS);
}

/** What agents have begun to ask for, a sentence each. */
export function asksSince(before: readonly LiveRun[], runs: readonly LiveRun[]): readonly string[] {
  const known = new Set(before.flatMap(({ runId, state }) => openAsks(state).map(({ id }) => `${runId}/${id}`)));
  return runs.flatMap(({ runId, number, state }) =>
    openAsks(state)
      .filter(({ id }) => !known.has(`${runId}/${id}`))
      .map(({ agent, title }) => clip(oneLine(plain(`May ${agent} in run ${number}? ${title}`)), 160)),
  );
}

/** What somebody who looks elsewhere should hear of, when the chat went from one state to another: a sentence each. */
export function newsSince(before: ChatState, chat: ChatState): readonly string[] {
  const asked = chat.calls.flatMap((open) => {
    if (open.stage !== "asked" || before.calls.some((one) => one.stage === "asked" && one.call.id === open.call.id))
      return [];
    return [
      open.ask.kind === "run"
        ? `May this run start? ${open.ask.proposal.title}`
        : `May this be done? ${open.ask.title}`,
    ];
  });
  const ended = chat.reports
    .filter((report) => report.durationMs >= LONG_MS && !before.reports.includes(report))
    .map(
      ({ number, title, outcome, winner, durationMs }) =>
        `Run ${number} ${outcome === "answered" ? `is answered${winner === null ? "" : `, ${winner} won`}` : outcome}, ${formatDuration(durationMs)}: ${title}`,
    );
  const wasLong = chat.lastEventAt - chat.turn.startedAt >= LONG_MS;
  const replied = turnUnderWay(before) && !turnUnderWay(chat) && wasLong && !chat.interrupted;
  const reply = replied && asked.length + ended.length === 0 ? ["The lead has answered"] : [];
  return [...asked, ...ended, ...reply].map((text) => clip(oneLine(plain(text)), 160));
}
