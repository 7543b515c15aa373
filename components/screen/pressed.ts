import type { Checkpoint } from "../../src/core/chat/state.ts";
import type { Preferences } from "../../src/core/front-end.ts";
import type { Command } from "../../src/core/command.ts";
import type { PageName } from "../../src/core/page.ts";
import type { SessionTarget } from "../../src/core/front-end.ts";
import type { ScreenState, View } from "./screen-state.ts";

/** What a key makes the program do, beyond the screen. */
export type Effect =
  | { readonly do: "send"; readonly command: Command }
  | { readonly do: "remember"; readonly line: string }
  | { readonly do: "find_files"; readonly query: string }
  | { readonly do: "prefer"; readonly preferences: Preferences }
  /** Into the clipboard, by way of the terminal. */
  | { readonly do: "copy"; readonly text: string }
  | { readonly do: "load_files_back"; readonly place: Checkpoint }
  | { readonly do: "load_page"; readonly name: PageName }
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
