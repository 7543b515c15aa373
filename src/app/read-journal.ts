import { readJournal } from "../../projects/journal.ts";
import { ChatRecord } from "../core/chat/events.ts";
import { RunRecord } from "../core/run/events.ts";

export function readRun(path: string, options?: { repair: boolean }): ReturnType<typeof readJournal<RunRecord>> {
  return readJournal<RunRecord>(path, "run", RunRecord, options);
}

export function readChat(path: string): ReturnType<typeof readJournal<ChatRecord>> {
  return readJournal<ChatRecord>(path, "chat", ChatRecord);
}
