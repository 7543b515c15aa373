import { useEffect } from "react";
import { wakesAt } from "../screen/press-approval.ts";
import type { Shell } from "../screen/shell.ts";

/** Draws the approval card once more when it begins to take keys, so that it can say so. */
export function useWake({ screen }: Shell, now: () => number): void {
  const { approval } = screen.get();
  const at = approval ? wakesAt(screen.get(), approval) : Infinity;
  useEffect(() => {
    const rest = at - now();
    if (!Number.isFinite(rest) || rest <= 0) return undefined;
    const timer = setTimeout(() => screen.apply((state) => ({ ...state })), rest);
    return () => clearTimeout(timer);
  }, [at, screen, now]);
}
