import { Box, Text } from "ink";
import { toneProps } from "../theme.ts";
import type { Row, Span } from "./rows.ts";

/** Draws rows as they are: one terminal line each, never wrapped again. */
export function Rows({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {rows.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- a row is its place on the screen and nothing else
        <Text key={index} wrap="truncate-end">
          {line.length === 0 ? " " : line.map(draw)}
        </Text>
      ))}
    </Box>
  );
}

function draw(
  { text, tone, bold = false, italic = false, underline = false, strike = false, inverse = false }: Span,
  index: number,
) {
  return (
    <Text
      key={index}
      {...toneProps(tone)}
      bold={bold}
      italic={italic}
      underline={underline}
      strikethrough={strike}
      inverse={inverse}
    >
      {text}
    </Text>
  );
}
