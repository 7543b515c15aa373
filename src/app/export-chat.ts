import { writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { diskFault, errorCode } from "../../projects/disk-fault.ts";
import { chatMarkdown } from "../core/chat/export-markdown.ts";
import { reduceChat } from "../core/chat/reduce.ts";
import { replay } from "../core/replay.ts";
import { sessionTitle } from "../core/chat/session-title.ts";
import { type ChatState, newChat } from "../core/chat/state.ts";
import { FaultError } from "../core/fault.ts";
import { plain } from "../core/terminal-safe.ts";
import type { Environment } from "./config-directory.ts";
import { located } from "./located.ts";
import { readChat } from "./read-journal.ts";

const FORMATS = ["md", "json", "html"] as const;
type Format = (typeof FORMATS)[number];

/** A session from its journal. */
export async function loadChat(path: string): Promise<ChatState> {
  const { lines } = await readChat(path);
  return replay(() => lines.reduce(reduceChat, newChat));
}

/**
 * Writes the conversation to a file, in the format of its extension, and resolves with its absolute path. Without a
 * name: a dated one in `cwd`. A file that is there is never overwritten: throws FaultError.
 */
export async function exportChat(
  chat: ChatState,
  options: { readonly file: string; readonly cwd: string; readonly env: Environment },
): Promise<string> {
  const { file, cwd, env } = options;
  if (chat.items.length === 0) {
    throw new FaultError({ code: "usage", message: "There is nothing to export yet", hint: "Say something first." });
  }
  if (file !== "") {
    const path = located(file, cwd, env);
    const text = await formatChat(chat, formatOf(file));
    if (await write(path, text)) return path;
    throw new FaultError({
      code: "disk",
      message: `${path} is there already`,
      hint: "Nothing was overwritten; choose another name.",
    });
  }
  const text = await formatChat(chat, "md");
  const name = `massgen-${chat.project || "chat"}-${new Date().toISOString().slice(0, 10)}`;
  for (let n = 1; ; n++) {
    const path = join(cwd, `${name}${n === 1 ? "" : `-${n}`}.md`);
    if (await write(path, text)) return path;
  }
}

export async function formatChat(chat: ChatState, format: Format): Promise<string> {
  const title = sessionTitle(chat);
  switch (format) {
    case "md":
      return chatMarkdown(chat, title);
    case "html": {
      const { chatHtml } = await import("../logs/chat-html.ts");
      return chatHtml(chatMarkdown(chat, title), plain(title));
    }
    case "json":
      return `${JSON.stringify(jsonOf(chat, title), undefined, 2)}\n`;
  }
}

/** The format that a file name asks for. Throws FaultError for any other. */
function formatOf(file: string): Format {
  const extension = extname(file).slice(1).toLowerCase();
  const format = FORMATS.find((known) => known === extension);
  if (format) return format;
  throw new FaultError({
    code: "usage",
    message: `Cannot export to ${file}: ${extension === "" ? "it has no extension" : `.${extension} is no format that there is`}`,
    hint: `End the name in ${FORMATS.map((known) => `.${known}`).join(", ")}.`,
  });
}

function jsonOf(chat: ChatState, title: string): object {
  const { session, project, directory, lead, startedAt, leadSpend, items } = chat;
  return {
    massgen: "session",
    version: 1,
    session,
    title,
    project,
    directory,
    lead,
    started: new Date(startedAt).toISOString(),
    lead_spend: leadSpend,
    items: items.map(({ at, id: _id, ...item }) => ({ at: new Date(at).toISOString(), ...item })),
  };
}

/** False: something has that name. */
async function write(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw diskFault(error, "write", path);
  }
}
