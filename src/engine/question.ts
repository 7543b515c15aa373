import type { Message } from "../core/message.ts";
import type { RunState } from "../core/run/state.ts";
import type { EngineAgent } from "./agent.ts";

/** A message that tells of the question, with the images that came with it and those that this agent is always shown. */
export function questionMessage(
  run: Pick<RunState, "images">,
  agent: Pick<EngineAgent, "images"> | undefined,
  text: string,
): Message {
  const images = [...run.images, ...(agent?.images ?? [])];
  return { role: "user", text, ...(images.length > 0 && { images }) };
}
