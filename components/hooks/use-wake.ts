import { useEffect } from "react";
import { wakesAt } from "../screen/press-approval.ts";
import type { Shell } from "../screen/shell.ts";

const EARLY_MS = 5;

/** Draws the approval card once more when it begins to take keys, so that it can say so. */
export function useWake({ screen }: Shell, now: () => number): void {
  const { approval } = screen.get();
  const at = approval ? wakesAt(screen.get(), approval) : Infinity;
  useEffect(() => {
    const rest = at - now();
    if (!Number.isFinite(rest) || rest <= 0) return undefined;
    // By the wall clock a timer may fire a moment early, and then nothing would draw the card again.
    const timer = setTimeout(() => screen.apply((state) => ({ ...state })), rest + EARLY_MS);
    return () => clearTimeout(timer);
  }, [at, screen, now]);
}
