import type { Preferences } from "../../src/core/front-end.ts";
import type { Effect } from "./pressed.ts";
import type { ScreenState } from "./screen-state.ts";

const THEMES = ["dark", "light", "none"] as const;

/** Keeps what the screen is set to now for all sessions to come. */
export function prefer({ vim, theme }: Pick<ScreenState, "vim" | "theme">): Effect {
  return { do: "prefer", preferences: { vim: vim !== undefined, theme } };
}

/** What "/theme …" means: a theme, undefined for "as the terminal says"; null for no such thing. */
export function readTheme(word: string): Preferences["theme"] | null {
  const wanted = word.trim().toLowerCase();
  if (wanted === "auto") return undefined;
  return THEMES.find((theme) => theme === wanted) ?? null;
}
