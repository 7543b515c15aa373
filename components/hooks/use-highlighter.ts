import { useEffect } from "react";
import { loadHighlighter } from "../text/highlight.ts";

/** Gets the grammars for code once there is something to show: the first prompt does not wait for them. */
export function useHighlighter(wanted: boolean): void {
  useEffect(() => {
    // Without them code is plain, which is no reason to say anything.
    if (wanted) void loadHighlighter().catch(() => undefined);
  }, [wanted]);
}
