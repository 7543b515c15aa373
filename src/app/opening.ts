import type { ChatEvent } from "../core/chat/events.ts";
import type { ChatMode } from "../core/chat/mode.ts";
import type { ChatState } from "../core/chat/state.ts";
import type { Config } from "../core/config/schema.ts";
import { cameBackText } from "../lead/prompts.ts";

type Opening = {
  readonly config: Pick<Config, "permissions" | "requireApproval">;
  /** As the command line says, or the session that the user comes from. */
  readonly mode: ChatMode | undefined;
  /** How a new session begins; undefined for one that is gone on with. */
  readonly started: ChatEvent | undefined;
  /** When the session was left, in words. */
  readonly lastHere: string | undefined;
  /** The lead says where things stand. */
  readonly greets: boolean;
};

/** What a chat that is being opened has to be told, before anybody says anything. */
export function openingEvents(chat: ChatState, opening: Opening): readonly ChatEvent[] {
  const { started, lastHere, greets } = opening;
  const resumed: ChatEvent = {
    type: "session_resumed",
    ...(lastHere === undefined ? {} : { lastHere }),
    ...(greets && { note: cameBackText(lastHere) }),
  };
  return [...(started ? [started] : []), ...mode(chat, opening), ...(started && !greets ? [] : [resumed])];
}

/**
 * Plan mode lasts until the user leaves it. That nobody is asked lasts only while somebody has the chat open who chose
 * it, unless the configuration says so.
 */
function mode(chat: ChatState, { config, mode: wanted, started }: Opening): readonly ChatEvent[] {
  const configured = configuredMode(config);
  const kept = started ? configured : chat.mode;
  const isOff = kept === "auto" && configured !== "auto" && wanted === undefined;
  const next = wanted ?? (isOff ? "ask" : kept);
  return [
    ...(next === chat.mode ? [] : [{ type: "mode_changed", mode: next } as const]),
    ...(isOff ? [{ type: "command_done", text: AUTO_IS_OFF } as const] : []),
  ];
}

function configuredMode({ permissions, requireApproval }: Opening["config"]): ChatMode {
  if (permissions.mode === "plan") return "plan";
  return requireApproval ? "ask" : "auto";
}

const AUTO_IS_OFF = "the mode was auto and is ask again: runs wait for your yes. /permissions auto brings it back";
