import { useEffect } from "react";
import type { Shell } from "../screen/shell.ts";
import { played } from "../views/press-timeline.ts";
import { useFeed } from "./use-feed.ts";

const STEP_MS = 125;

/** Moves a timeline on while it plays. */
export function usePlay({ screen }: Shell): void {
  const shown = useFeed(screen).views.at(-1);
  const playing = shown?.kind === "timeline" && shown.playing;
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => screen.apply(played), STEP_MS);
    return () => clearInterval(timer);
  }, [playing, screen]);
}
