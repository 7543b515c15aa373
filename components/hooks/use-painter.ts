import { createContext, useContext, useLayoutEffect } from "react";
import type { Layout } from "../screen/layout.ts";
import type { Painter } from "../screen/painter.ts";

export const PainterContext = createContext<Painter | undefined>(undefined);

/** Throws outside of `mount`. */
export function usePainter(): Painter {
  const painter = useContext(PainterContext);
  if (!painter) throw new Error("There is no terminal to draw on: this was not mounted with `mount`");
  return painter;
}

/** Draws the layout as the live region. */
export function usePaint(layout: Layout): void {
  const painter = usePainter();
  useLayoutEffect(() => painter.paint(layout));
}
