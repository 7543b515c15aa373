import type { ChatState, Checkpoint } from "../../src/core/chat/state.ts";
import type { Fault } from "../../src/core/fault.ts";
import type { FilesBack, LeadLive, LiveRun, PastSession, Preferences, StartInfo } from "../../src/core/front-end.ts";
import type { Page, PageName } from "../../src/core/page.ts";
import { type ApprovalState, openApproval } from "../approval/approval-state.ts";
import { askedOf } from "../approval/asked.ts";
import type { ChatAndRuns } from "../run/live-runs.ts";
import type { Keymap } from "../keymap.ts";
import type { Vim } from "../composer/vim-state.ts";
import type { Paste } from "../composer/pastes.ts";
import { type Editor, emptyEditor } from "../composer/editor.ts";
import type { Fetched, FullView } from "../views/full-view.ts";
import type { Loaded } from "./loaded.ts";

/** A view over the live region, until Esc. `top` is the first row that is shown. */
export type Overlay =
  | { readonly kind: "help" | "shortcuts" | "team"; readonly top: number }
  | { readonly kind: "page"; readonly name: PageName; readonly top: number; readonly content: Loaded<Page> }
  | SessionPicker
  /** Places to go back to, the newest first. */
  | { readonly kind: "rewind"; readonly top: number; readonly picked: number }
  /** What to take back to before `place`: runs have changed files since. */
  | {
      readonly kind: "rewind_what";
      readonly top: number;
      readonly picked: number;
      readonly place: Checkpoint;
      readonly files: Loaded<FilesBack>;
    };

/** What is typed meanwhile is what to search for, or the new title. */
export type SessionPicker = {
  readonly kind: "resume";
  readonly top: number;
  readonly sessions: Loaded<readonly PastSession[]>;
  readonly picked: number;
  /** What `sessions` were searched for. */
  readonly query: string;
  /** The id of the session that is being renamed. */
  readonly renames: string | undefined;
};

export const newPicker: SessionPicker = {
  kind: "resume",
  top: 0,
  sessions: { is: "loading" },
  picked: 0,
  query: "",
  renames: undefined,
};

/** A key that does something only when it is pressed again before `until`. */
export type Armed = {
  readonly for: "quit" | "clear" | "stop" | "rewind";
  readonly chord: string;
  readonly until: number;
  readonly runId?: string;
};

/** What the screen alone knows. Nothing of it is journalled. */
export type ScreenState = {
  readonly editor: Editor;
  /** Undefined unless the user edits as in vi. */
  readonly vim: Vim | undefined;
  /** The user's own choice; undefined: as configured, or as the terminal says. */
  readonly theme: Preferences["theme"];
  /** Lines sent since the start, oldest first. */
  readonly sent: readonly string[];
  /** While the user looks through earlier lines: which one it is, from the newest, and the draft to come back to. */
  readonly browsing: { readonly back: number; readonly draft: Editor } | undefined;
  /** Lines to be said when the lead's turn is over, the next one first. */
  readonly queue: readonly string[];
  /** Drafts put aside, the last one first to come back. */
  readonly stash: readonly Editor[];
  /** While the user searches in earlier messages: the draft to come back to. */
  readonly search: { readonly draft: Editor } | undefined;
  /** Attached since the start. Those whose labels stand in a message go with it. */
  readonly images: readonly Paste[];
  /** @words of this draft for which an image was looked for. */
  readonly askedImages: readonly string[];
  /** Until then, text and Enter belong to a paste that comes in several reads. Unix ms. */
  readonly pasteUntil: number;
  /** The last stroke was a part of a paste without brackets: the next part, however late, belongs to it. */
  readonly pasting: boolean;
  /** The last key that the approval card did not take. Unix ms. */
  readonly typedAt: number;
  readonly approval: ApprovalState | undefined;
  readonly overlay: Overlay | undefined;
  /** Views of the whole window, the open one last. Esc goes back to the one before, or to the chat. */
  readonly views: readonly FullView[];
  readonly fetched: Fetched;
  readonly completion: { readonly picked: number; readonly closedFor: string };
  /** While an @word is being typed: the files that it may mean. Those of the word before stay until they are found. */
  readonly files: { readonly query: string; readonly paths: readonly string[] } | undefined;
  readonly armed: Armed | undefined;
  /** One line about the last key, until the next one. */
  readonly notice: string;
  readonly session: string;
  /** Counts the sessions that were opened: each has a transcript of its own. */
  readonly generation: number;
  readonly leaving: boolean;
  /** The first half of a key of two strokes was pressed. */
  readonly prefixed: boolean;
  /** Another session is being opened: nothing of this one is drawn that could stay behind. */
  readonly opening: boolean;
};

export const newScreen: ScreenState = {
  editor: emptyEditor,
  vim: undefined,
  theme: undefined,
  sent: [],
  browsing: undefined,
  queue: [],
  stash: [],
  search: undefined,
  images: [],
  askedImages: [],
  pasteUntil: 0,
  pasting: false,
  typedAt: 0,
  approval: undefined,
  overlay: undefined,
  views: [],
  fetched: {},
  completion: { picked: 0, closedFor: "" },
  files: undefined,
  armed: undefined,
  notice: "",
  session: "",
  generation: 0,
  leaving: false,
  prefixed: false,
  opening: false,
};

/** Everything that a key or a frame depends on, at one moment. */
export type View = {
  readonly screen: ScreenState;
  readonly chat: ChatState;
  readonly lead: LeadLive;
  readonly runs: readonly LiveRun[];
  readonly start: StartInfo;
  readonly info: StartInfo;
  /** Why the session is not being saved. */
  readonly saving: Fault | undefined;
  /** Lines of earlier sessions and of this one, oldest first. */
  readonly history: readonly string[];
  readonly keymap: Keymap;
  readonly now: number;
  readonly columns: number;
  readonly rows: number;
};

/** Follows the chat and its runs: the oldest open question gets the card, another session gets a fresh transcript. */
export function followChat(screen: ScreenState, view: ChatAndRuns, now: number): ScreenState {
  const { chat } = view;
  const [asked] = askedOf(view);
  const same = asked?.key === screen.approval?.asked.key;
  const opened = asked ? openApproval(asked, now) : undefined;
  const switched = screen.session !== "" && chat.session !== screen.session;
  if (same && chat.session === screen.session) return screen;
  return {
    ...screen,
    approval: same ? screen.approval : opened,
    session: chat.session,
    generation: screen.generation + (switched ? 1 : 0),
  };
}
