import { useApp, useStdout } from "ink";
import { useEffect, useLayoutEffect, useRef } from "react";
import type { Shell } from "../screen/shell.ts";
import { useFeed } from "./use-feed.ts";
import { useSize } from "./use-size.ts";

const ENTER = "\u001b[?1049h";
const LEAVE = "\u001b[?1049l";

/**
 * Puts the terminal on its alternate screen while a view is open, as pagers do: the transcript stays as it was.
 * Writing through Ink takes the frame away first and draws it again on the other screen. On the way back that has to
 * be the chat's frame already: one as high as the window would push the transcript up.
 */
export function useAlternate({ screen }: Shell): void {
  const { stdout, write } = useStdout();
  const { waitUntilRenderFlush } = useApp();
  const { views, alternate } = useFeed(screen);
  const wanted = views.length > 0;
  useEffect(() => {
    if (wanted === alternate) return undefined;
    const change = (): void => {
      write(wanted ? ENTER : LEAVE);
      screen.apply((state) => ({ ...state, alternate: wanted }));
    };
    if (wanted) return change();
    let opened = false;
    void waitUntilRenderFlush().then(() => {
      if (!opened) change();
    });
    return () => {
      opened = true;
    };
  }, [wanted, alternate, screen, write, waitUntilRenderFlush]);
  useRedraw(alternate);
  // However the screen ends, the terminal gets its own one back.
  useLayoutEffect(
    () => () => {
      if (screen.get().alternate) stdout.write(LEAVE);
    },
    [screen, stdout],
  );
}

/**
 * Draws the whole frame again in a window of another size. Ink writes only the rows that changed, but a terminal moves
 * or cuts those of its alternate screen when it is resized, and does not break them anew.
 */
function useRedraw(alternate: boolean): void {
  const { write } = useStdout();
  const { waitUntilRenderFlush } = useApp();
  const { columns, rows } = useSize();
  const drawnAt = useRef({ columns, rows });
  useEffect(() => {
    const resized = drawnAt.current.columns !== columns || drawnAt.current.rows !== rows;
    drawnAt.current = { columns, rows };
    if (resized && alternate) void waitUntilRenderFlush().then(() => write(""));
  }, [alternate, columns, rows, write, waitUntilRenderFlush]);
}
