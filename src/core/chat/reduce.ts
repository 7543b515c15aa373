import { runReportText, winnerChangedText } from "../run/report-text.ts";
import type { ChatRecord } from "./events.ts";
import {
  answeredAside,
  closeTurn,
  compacted,
  finishCall,
  hold,
  interruptTurn,
  leadReplied,
  newTurn,
  push,
} from "./reduce-turn.ts";
import { fork, mark, recap, rewind } from "./reduce-session.ts";
import type { ChatState, HeldMessage, OpenCall } from "./state.ts";
import { leadCalls, turnUnderWay } from "./turn.ts";

/** Folds one record into a chat. Total: an event that does not fit, or that a newer version wrote, changes nothing. */
export function reduceChat(before: ChatState, record: ChatRecord): ChatState {
  const chat = { ...before, lastEventAt: record.at, events: before.events + 1 };
  switch (record.type) {
    case "session_started": {
      const { session, project, directory, lead, at } = record;
      return { ...chat, session, project, directory, lead, startedAt: at };
    }
    case "session_resumed":
      return resumed(recap({ ...chat, granted: [] }, record, record.at - before.lastEventAt), record);
    case "project_opened": {
      const { project, root, note, at } = record;
      const opened = push({ ...chat, project }, record, { kind: "project", project, root });
      return note === undefined ? opened : wake(opened, at, { text: note });
    }
    case "user_said": {
      const { text, images, at } = record;
      const said = { text, ...(images && { images }) };
      return wake(push(mark(chat, record), record, { kind: "user", ...said }), at, said, text);
    }
    case "rewound":
      return rewind(chat, record);
    case "session_renamed":
      return { ...chat, title: record.title };
    case "mode_changed":
      return { ...chat, mode: record.mode, modeBefore: chat.mode === "plan" ? chat.modeBefore : chat.mode };
    case "session_forked":
      return fork(chat, record);
    case "user_called": {
      const called: OpenCall = { call: record.call, byUser: true, stage: "new" };
      return { ...push(chat, record, { kind: "user", text: record.text }), calls: [...chat.calls, called] };
    }
    case "lead_said":
      return closeTurn(leadReplied(chat, record), record);
    case "approval_asked":
      return asked(chat, record);
    case "approval_answered":
      return answered(chat, record);
    case "tool_started":
      return edit(chat, record.callId, ({ call, byUser }) => ({
        call,
        byUser,
        stage: "running",
        summary: record.summary,
        since: record.at,
      }));
    case "tool_finished":
      return finishCall(chat, record);
    case "run_launched": {
      const { type: _type, seq: _seq, ...run } = record;
      const runs = [...chat.runs.filter(({ runId }) => runId !== run.runId), run];
      const byLead = leadCalls(chat).some(({ stage }) => stage === "running");
      return { ...chat, runs, turn: { ...chat.turn, launched: chat.turn.launched || byLead } };
    }
    case "run_finished": {
      const { report, at } = record;
      const ended = push(
        {
          ...chat,
          runs: chat.runs.filter(({ runId }) => runId !== report.runId),
          reports: [...chat.reports.filter(({ runId }) => runId !== report.runId), report],
        },
        record,
        { kind: "run", report },
      );
      const woken = wake(ended, at, { text: runReportText(report) });
      return { ...woken, turn: { ...woken.turn, launched: true } };
    }
    case "winner_changed": {
      const { report, instead, at } = record;
      const reports = chat.reports.map((one) => (one.runId === report.runId ? report : one));
      const changed = push({ ...chat, reports }, record, { kind: "run", report });
      const woken = wake(changed, at, { text: winnerChangedText(report, instead) });
      return { ...woken, turn: { ...woken.turn, launched: true } };
    }
    case "changes_reviewed": {
      const { action, number, lines, leftOut, diff } = record;
      const reviewed = push(chat, record, { kind: "changes", action, number, lines, leftOut, diff });
      if (action === "shown") return reviewed;
      const what = action === "applied" ? "put the changes of run" : "took back the changes of run";
      const where = action === "applied" ? " into the files" : "";
      return hold(reviewed, { text: `(The user ${what} ${number}${where}: ${lines.join(", ")})`, wakes: false });
    }
    case "turn_failed":
      return push({ ...chat, fault: record.fault }, record, { kind: "fault", fault: record.fault });
    case "turn_interrupted":
      return interruptTurn(chat, record);
    case "compaction_asked": {
      const { focus } = record;
      const asked = push(chat, record, { kind: "user", text: `/compact${focus === undefined ? "" : ` ${focus}`}` });
      return { ...asked, compaction: { focus } };
    }
    case "conversation_compacted":
      return compacted(chat, record);
    case "compaction_failed":
      return push({ ...chat, compaction: undefined }, record, { kind: "fault", fault: record.fault });
    case "answered_aside":
      return answeredAside(chat, record);
    case "command_done":
      return push(chat, record, { kind: "note", text: record.text });
    case "command_failed":
      return push(chat, record, { kind: "fault", fault: record.fault });
    default:
      record satisfies never;
      return chat;
  }
}

function resumed(chat: ChatState, { note, at }: Extract<ChatRecord, { type: "session_resumed" }>): ChatState {
  return note === undefined ? chat : wake(chat, at, { text: note });
}

/** Gives the lead something to answer. Joins the turn under way, or begins one. */
function wake(chat: ChatState, at: number, said: Omit<HeldMessage, "wakes">, question?: string): ChatState {
  const turn = turnUnderWay(chat) ? chat.turn : newTurn(at, question);
  return hold({ ...chat, turn, fault: undefined, interrupted: false }, { ...said, wakes: true });
}

function asked(chat: ChatState, record: Extract<ChatRecord, { type: "approval_asked" }>): ChatState {
  const next = edit(chat, record.callId, ({ call, byUser }) => ({
    call,
    byUser,
    stage: "asked",
    ask: record.ask,
    askedAt: record.at,
  }));
  const byLead = leadCalls(next).some(({ call }) => call.id === record.callId);
  if (!byLead || record.ask.kind !== "run") return next;
  return { ...next, turn: { ...next.turn, launched: true } };
}

function answered(chat: ChatState, record: Extract<ChatRecord, { type: "approval_answered" }>): ChatState {
  const open = chat.calls.find(({ call }) => call.id === record.callId);
  if (open?.stage !== "asked") return chat;
  const { ask } = open;
  const { allow, edited, forSession = false, note = "" } = record;
  const proposed = ask.kind === "run" ? ask.proposal : undefined;
  const next = edit(chat, record.callId, ({ call, byUser }) =>
    allow ? { call, byUser, stage: "allowed", edited, proposed } : { call, byUser, stage: "refused", note },
  );
  const granted =
    allow && forSession && ask.kind === "command" ? [...chat.granted, ...(ask.covers ?? [])] : chat.granted;
  return push({ ...next, granted }, record, {
    kind: "approval",
    ask,
    allow,
    note,
    edited: edited !== undefined,
    forSession,
  });
}

function edit(chat: ChatState, callId: string, change: (open: OpenCall) => OpenCall): ChatState {
  return { ...chat, calls: chat.calls.map((open) => (open.call.id === callId ? change(open) : open)) };
}
