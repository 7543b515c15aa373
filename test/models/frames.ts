import { anthropic } from "../helpers/wires/anthropic.ts";
import { gemini } from "../helpers/wires/gemini.ts";
import { openaiChat } from "../helpers/wires/openai-chat.ts";
import { openaiResponses } from "../helpers/wires/openai-responses.ts";
import type { Frames, WholeReply, WireName } from "../helpers/wires/script.ts";

const FORMATS = { "openai-responses": openaiResponses, "openai-chat": openaiChat, anthropic, gemini };

/** The events of a reply as they are on the wire, for tests that then break them. */
export function framesOf(wire: WireName, reply: Partial<WholeReply>): Frames {
  return FORMATS[wire].frames({
    id: "1",
    model: "m",
    pieces: [],
    reasoning: "",
    calls: [],
    usage: { input: 10, output: 5, cachedInput: 0, reasoning: 0 },
    stop: "end",
    ...reply,
  });
}
