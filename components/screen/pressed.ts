import type { ImageSource, Preferences } from "../../src/core/front-end.ts";
import type { Command } from "../../src/core/command.ts";
import type { SessionTarget } from "../../src/core/front-end.ts";
import type { ScreenState, View } from "./screen-state.ts";

/** What a key makes the program do, beyond the screen. */
export type Effect =
  | { readonly do: "send"; readonly command: Command }
  | { readonly do: "remember"; readonly line: string }
  | { readonly do: "find_files"; readonly query: string }
  /** `replaces`: the word of the draft that names it. `quiet`: nobody may have meant an image. */
  | {
      readonly do: "attach_image";
      readonly source: ImageSource;
      readonly replaces: string | undefined;
      readonly quiet: boolean;
    }
  | { readonly do: "prefer"; readonly preferences: Preferences }
  | { readonly do: "edit_outside" }
  | { readonly do: "load_sessions"; readonly query: string }
  | { readonly do: "rename_session"; readonly id: string; readonly title: string; readonly query: string }
  | { readonly do: "open_session"; readonly target: SessionTarget }
  | { readonly do: "redraw" }
  /** Hand the terminal to the shell, as any program does on Ctrl+Z. */
  | { readonly do: "suspend" }
  | { readonly do: "quit" };

export type Pressed = { readonly screen: ScreenState; readonly effects: readonly Effect[] };

export function stay(view: View): Pressed {
  return { screen: view.screen, effects: [] };
}

export function send(command: Command): Effect {
  return { do: "send", command };
}
