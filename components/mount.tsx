import { type Instance, render } from "ink";
import { type ReactNode, useLayoutEffect } from "react";
import { PainterContext } from "./hooks/use-painter.ts";
import { createPainter, type Painter, type Surface } from "./screen/painter.ts";
import { row, span } from "./text/rows.ts";
import { safe } from "./text/width.ts";

type Terminal = {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Surface;
  /** Whether what is written to the console goes above the frame; it does, unless said. */
  readonly takesConsole?: boolean;
};

// eslint-disable-next-line no-control-regex -- kitty keys asked for, on and off; bracketed paste on and off
const MODE = /^\u001b\[(?:\?u|[<>]\d*u|\?2004[hl])$/;

/**
 * Shows App, RunView or TrustPage on a terminal: stdin and stdout both a TTY; a pipe gets the plain printer. Then
 * `await waitUntilExit()`; App ends itself after `quit`. Ctrl+C is a key like any other in App. RunView reads no keys,
 * so there Ctrl+C is a SIGINT.
 *
 * Ink keeps the components, the keys and the modes of the terminal; what is seen, the painter draws.
 */
export function mount(node: ReactNode, { stdin, stdout, takesConsole = true }: Terminal = process): Instance {
  const painter = createPainter(stdout, globalThis.process?.env ?? {});
  return render(<Painted painter={painter}>{node}</Painted>, {
    stdin,
    stdout: modesOf(stdout),
    stderr: printed(painter),
    exitOnCtrlC: false,
    patchConsole: takesConsole,
    // Asked of the terminal at the start: Shift+Enter can be told from Enter only where it says yes.
    kittyKeyboard: { mode: "auto", flags: ["disambiguateEscapeCodes"] },
    interactive: true,
  });
}

function Painted({ painter, children }: { readonly painter: Painter; readonly children: ReactNode }) {
  useLayoutEffect(() => () => painter.end(), [painter]);
  return <PainterContext value={painter}>{children}</PainterContext>;
}

/** What Ink sees of the terminal: its modes pass, the empty frame that Ink draws does not. */
function modesOf(stdout: Surface): NodeJS.WriteStream {
  const nothing = (): void => {};
  const modes = {
    isTTY: true,
    columns: 80,
    rows: 24,
    on: nothing,
    off: nothing,
    write(bytes: string, written?: () => void): boolean {
      if (MODE.test(bytes)) stdout.write(bytes);
      if (written) queueMicrotask(written);
      return true;
    },
  };
  return modes as unknown as NodeJS.WriteStream;
}

/** What a library says on the console, above the frame. */
function printed(painter: Painter): NodeJS.WriteStream {
  const lines = {
    write(text: string): boolean {
      painter.print(
        safe(text)
          .trimEnd()
          .split("\n")
          .map((line) => row(span(line, "dim"))),
      );
      return true;
    },
  };
  return lines as unknown as NodeJS.WriteStream;
}
