import { type DOMElement, useCursor, useStdout } from "ink";
import { type RefObject, useEffect, useRef } from "react";
import type { Layout } from "../screen/layout.ts";
import { breaksLinesAnew, type Drawn, refit } from "../screen/refit.ts";
import { sizeOf } from "./use-size.ts";

/**
 * Places the terminal's cursor and keeps a resized frame in bounds; the box that holds the rows gets the ref. Ink draws
 * the old frame once more for a new size before React hears of it, so this listens first: too high a frame is cut, and
 * what the terminal broke into more rows is reached when Ink erases.
 */
export function useFrame({ rows, cursor }: Layout): RefObject<DOMElement | null> {
  const box = useRef<DOMElement>(null);
  const drawn = useRef<Drawn>({ rows, cursorRow: cursor?.y });
  const { stdout } = useStdout();
  useCursor().setCursorPosition(cursor);
  useEffect(() => {
    drawn.current = { rows, cursorRow: cursor?.y };
  });
  useEffect(() => {
    const reflows = breaksLinesAnew(globalThis.process?.env ?? {});
    let known = sizeOf(stdout).columns;
    const resized = (): void => {
      const size = sizeOf(stdout);
      if (size.columns < known && reflows) stdout.write(refit(drawn.current, size.columns));
      known = size.columns;
      box.current?.yogaNode?.setHeight(Math.min(drawn.current.rows.length, Math.max(1, size.rows - 1)));
    };
    stdout.prependListener("resize", resized);
    return () => void stdout.off("resize", resized);
  }, [stdout]);
  return box;
}
