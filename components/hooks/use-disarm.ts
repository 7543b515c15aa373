import { useEffect } from "react";
import type { Shell } from "../screen/shell.ts";

/** Takes "again to quit" off the screen when its time is over. */
export function useDisarm({ screen }: Shell, now: () => number): void {
  const { armed } = screen.get();
  useEffect(() => {
    if (!armed) return undefined;
    const disarm = (): void =>
      screen.apply((state) => (state.armed === armed ? { ...state, armed: undefined } : state));
    const timer = setTimeout(disarm, Math.max(0, armed.until - now()));
    return () => clearTimeout(timer);
  }, [armed, screen, now]);
}
