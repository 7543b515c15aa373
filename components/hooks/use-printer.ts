import { useCallback, useEffect, useMemo } from "react";
import type { ChatFrontEnd } from "../../src/core/front-end.ts";
import { createPrinter, type Printer } from "../chat/printer.ts";
import type { Shell } from "../screen/shell.ts";
import { useFeed } from "./use-feed.ts";

/** The printer of a chat, another one for each session that is shown. */
export function usePrinter(frontEnd: ChatFrontEnd, { screen }: Shell): Printer {
  const { generation } = useFeed(screen);
  const isTyping = useCallback(() => screen.get().editor.text !== "", [screen]);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- a new generation is another session
  const printer = useMemo(() => createPrinter(frontEnd, isTyping), [frontEnd, isTyping, generation]);
  useEffect(() => {
    const unfollow = printer.follow();
    // In time for the last frame: what is kept back until then would be lost.
    const unwatch = screen.subscribe(() => {
      const { leaving, opening } = screen.get();
      if (leaving || opening) printer.finish();
    });
    return () => {
      unfollow();
      unwatch();
    };
  }, [printer, screen]);
  return printer;
}
