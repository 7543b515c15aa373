import { useEffect, useState } from "react";
import type { Size } from "../screen/shell.ts";
import { usePainter } from "./use-painter.ts";

/** The window's, always a new one after it was resized: what it showed is gone then, whatever its size is now. */
export function useSize(): Size {
  const { size, onResize } = usePainter();
  const [now, setNow] = useState(size);
  useEffect(() => {
    const resized = (): void => setNow(size());
    resized();
    return onResize(resized);
  }, [size, onResize]);
  return now;
}
