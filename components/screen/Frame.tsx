import { Box } from "ink";
import { useFrame } from "../hooks/use-frame.ts";
import { Rows } from "../text/Rows.tsx";
import type { Layout } from "./layout.ts";

/** Draws a layout in a box of exactly its height. What would not fit is cut at the top: what one types in is at the bottom. */
export function Frame({ layout }: { readonly layout: Layout }) {
  const box = useFrame(layout);
  return (
    <Box ref={box} flexDirection="column" justifyContent="flex-end" height={layout.rows.length} overflow="hidden">
      <Rows rows={layout.rows} />
    </Box>
  );
}
