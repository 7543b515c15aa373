import { type DOMElement, useCursor, useStdout } from "ink";
import { type RefObject, useEffect, useInsertionEffect, useRef } from "react";
import { onFrame } from "../mount-options.ts";
import type { Layout } from "../screen/layout.ts";
import { breaksLinesAnew, type Drawn, refit } from "../screen/refit.ts";
import { sizeOf } from "./use-size.ts";

/**
 * Places the terminal's cursor and keeps a resized frame in bounds; the box that holds the rows gets the ref. Ink draws
 * the old frame once more for a new size before React hears of it, so this listens first: too high a frame is cut, and
 * what the terminal broke into more rows is reached when Ink erases.
 */
export function useFrame({ rows, cursor, alternate = false }: Layout): RefObject<DOMElement | null> {
  const box = useRef<DOMElement>(null);
  const { stdout } = useStdout();
  const committed = useRef({ rows, cursorRow: cursor?.y, alternate });
  useCursor().setCursorPosition(cursor);
  // Ink may write within the commit, before any other kind of effect.
  useInsertionEffect(() => {
    committed.current = { rows, cursorRow: cursor?.y, alternate };
  });
  useEffect(() => {
    const look = (): Drawn => ({ ...committed.current, columns: sizeOf(stdout).columns });
    let drawn = look();
    const reflows = breaksLinesAnew(globalThis.process?.env ?? {});
    const resized = (): void => {
      const size = sizeOf(stdout);
      if (reflows && !committed.current.alternate) stdout.write(refit(drawn, size.columns));
      box.current?.yogaNode?.setHeight(Math.min(committed.current.rows.length, Math.max(1, size.rows - 1)));
    };
    const unfollow = onFrame(() => {
      drawn = look();
    });
    stdout.prependListener("resize", resized);
    return () => {
      unfollow();
      stdout.off("resize", resized);
    };
  }, [stdout]);
  return box;
}
