import type { TextProps } from "ink";

/** What a colour means. Components name a tone, never a colour, so that no meaning is carried by colour alone. */
export type Tone = "accent" | "ok" | "busy" | "warn" | "failed" | "dim";

// The 16 basic colours only: they follow the user's own palette, on light and on dark ground.
const COLOURS = { accent: "cyan", ok: "green", busy: "cyan", warn: "yellow", failed: "red" } as const;

/** https://no-color.org: set and not empty means no colours. Bold and dim stay. */
const colourless = (globalThis.process?.env["NO_COLOR"] ?? "") !== "";

export function toneProps(tone: Tone | undefined): Pick<TextProps, "color" | "dimColor"> {
  if (tone === undefined) return {};
  if (tone === "dim") return { dimColor: true };
  return colourless ? {} : { color: COLOURS[tone] };
}
