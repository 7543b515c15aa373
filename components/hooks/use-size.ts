import { useStdout } from "ink";
import { useEffect, useState } from "react";
import type { Size } from "../screen/shell.ts";

export function useSize(): Size {
  const { stdout } = useStdout();
  const [size, setSize] = useState(() => sizeOf(stdout));
  useEffect(() => {
    const resized = (): void => setSize(sizeOf(stdout));
    stdout.on("resize", resized);
    resized();
    return () => void stdout.off("resize", resized);
  }, [stdout]);
  return size;
}

/** 80×24 for a stream that does not say. */
export function sizeOf(stdout: NodeJS.WritableStream): Size {
  const { columns, rows } = stdout as Partial<Size> & NodeJS.WritableStream;
  return { columns: Math.max(1, columns ?? 80), rows: Math.max(1, rows ?? 24) };
}
