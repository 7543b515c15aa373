import * as z from "zod";
import type { Stamp } from "./log.ts";

const stamp = { seq: z.int().nonnegative(), at: z.number() } as const;

/** The schema of a journal line: an event with its stamp. An intersection would check and copy every line twice. */
export function stamped<Event extends z.ZodDiscriminatedUnion<readonly z.ZodObject[]>>(
  events: Event,
): z.ZodType<z.infer<Event> & Stamp> {
  const [first, ...rest] = events.options.map((option) => option.extend(stamp));
  if (!first) throw new Error("A union of no events");
  return z.discriminatedUnion("type", [first, ...rest] as never) as z.ZodType<z.infer<Event> & Stamp>;
}
