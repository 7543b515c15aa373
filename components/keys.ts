/** Every key of the screen, in one place: `chords` is what is matched, `show` and `help` are what the user reads. */
export const keys = {
  send: { chords: ["enter"], show: "enter", help: "send; the lead hears it in the turn under way" },
  newline: { chords: ["shift+enter", "alt+enter", "ctrl+j"], show: "shift+enter ⌃J \\enter", help: "new line" },
  complete: { chords: ["tab"], show: "tab", help: "complete a /command, an @file or an @agent" },
  mode: { chords: ["shift+tab"], show: "shift+tab", help: "the next mode: ask, plan, auto" },
  stop: { chords: ["escape"], show: "esc", help: "close what is open, else stop what is at work" },
  cancel: { chords: ["ctrl+c"], show: "⌃C", help: "stop or clear; twice leaves" },
  leave: { chords: ["ctrl+d"], show: "⌃D", help: "leave, on an empty line" },
  details: { chords: ["ctrl+o"], show: "⌃O", help: "open the newest run, or what the last tools said" },
  agent: {
    chords: ["alt+1", "alt+2", "alt+3", "alt+4", "alt+5", "alt+6", "alt+7", "alt+8", "alt+9"],
    show: "alt+1…9",
    help: "during a run: that agent; ← → where nothing is typed: all of them",
  },
  queue: { chords: ["tab"], show: "tab", help: "while the lead is busy: say it when the turn is over" },
  unqueue: {
    chords: ["alt+up"],
    show: "alt+↑",
    help: "take the last queued message back; ↑ on an empty line does it too",
  },
  search: { chords: ["ctrl+r"], show: "⌃R", help: "search in earlier messages; again: older" },
  stash: { chords: ["ctrl+s"], show: "⌃S", help: "put the draft aside, or take it back" },
  editor: { chords: ["ctrl+g", "ctrl+x ctrl+e"], show: "⌃G", help: "write in your own editor ($VISUAL, $EDITOR)" },
  expandPaste: { chords: ["ctrl+o"], show: "⌃O", help: "with the cursor at a [pasted …]: show all of it" },
  pasteImage: {
    chords: ["ctrl+v", "alt+v"],
    show: "⌃V",
    help: "show the image in the clipboard; @picture.png does, too",
  },
  team: { chords: ["ctrl+t"], show: "⌃T", help: "hand the last question to the team" },
  suspend: { chords: ["ctrl+z"], show: "⌃Z", help: "to the shell; fg comes back" },
  redraw: { chords: ["ctrl+l"], show: "⌃L", help: "draw the screen again" },
  earlier: { chords: ["up", "ctrl+p"], show: "↑", help: "line up, then earlier messages; up in a list" },
  later: { chords: ["down", "ctrl+n"], show: "↓", help: "line down, then later messages; down in a list" },
  lineStart: { chords: ["ctrl+a", "home"], show: "⌃A", help: "start of the line" },
  lineEnd: { chords: ["ctrl+e", "end"], show: "⌃E", help: "end of the line" },
  left: { chords: ["left", "ctrl+b"], show: "←", help: "a character back" },
  right: { chords: ["right", "ctrl+f"], show: "→", help: "a character on" },
  wordLeft: { chords: ["alt+b", "alt+left", "ctrl+left"], show: "alt+B", help: "a word back" },
  wordRight: { chords: ["alt+f", "alt+right", "ctrl+right"], show: "alt+F", help: "a word on" },
  erase: { chords: ["backspace", "shift+backspace", "ctrl+h"], show: "backspace", help: "erase before the cursor" },
  eraseNext: { chords: ["delete", "ctrl+d"], show: "delete", help: "erase behind the cursor" },
  killWord: { chords: ["ctrl+w", "alt+backspace", "ctrl+backspace"], show: "⌃W", help: "cut the word before" },
  killNextWord: { chords: ["alt+d"], show: "alt+D", help: "cut the word behind" },
  killEnd: { chords: ["ctrl+k"], show: "⌃K", help: "cut to the end of the line" },
  killStart: { chords: ["ctrl+u"], show: "⌃U", help: "cut to the start of the line" },
  yank: { chords: ["ctrl+y"], show: "⌃Y", help: "put back what was cut" },
  undo: { chords: ["ctrl+_", "ctrl+-"], show: "⌃_", help: "undo" },
  renameSession: { chords: ["alt+r"], show: "alt+R", help: "in the list of sessions: rename" },
} as const satisfies Record<string, { chords: readonly string[]; show: string; help: string }>;

/** Keys of the views of the whole window. */
export const viewKeys = {
  back: { chords: ["escape", "ctrl+c", "ctrl+o", "q"], show: "esc q", help: "back" },
  up: { chords: ["up"], show: "↑", help: "up" },
  down: { chords: ["down"], show: "↓", help: "down" },
  pageUp: { chords: ["pageup"], show: "page up", help: "a page up" },
  pageDown: { chords: ["pagedown", "space"], show: "page down", help: "a page down; also the space bar" },
  first: { chords: ["home"], show: "home", help: "to the start" },
  last: { chords: ["end"], show: "end", help: "to the end" },
  left: { chords: ["left"], show: "←", help: "the one before" },
  right: { chords: ["right"], show: "→", help: "the next one" },
  next: { chords: ["tab", "right"], show: "tab", help: "the next agent" },
  previous: { chords: ["shift+tab", "left"], show: "shift+tab", help: "the agent before" },
  open: { chords: ["enter"], show: "enter", help: "open what is picked, zoom the agent" },
  run: { chords: ["r"], show: "r", help: "the agents of the run, side by side" },
  votes: { chords: ["v"], show: "v", help: "its votes" },
  compare: { chords: ["c"], show: "c", help: "its answers side by side" },
  timeline: { chords: ["t"], show: "t", help: "event by event, what everybody was at" },
  play: { chords: ["space"], show: "space", help: "play the timeline, or hold it" },
  differences: { chords: ["d"], show: "d", help: "only what differs" },
  win: { chords: ["w"], show: "w w", help: "make the answer at the right the winner" },
  allow: { chords: ["y"], show: "y y", help: "approve what waits in the inbox" },
  allowRun: { chords: ["a"], show: "a a", help: "approve it, and all of the kind until the run ends" },
  allowAll: { chords: ["A"], show: "A A", help: "approve all that is listed" },
  refuse: { chords: ["n"], show: "n n", help: "decline it; n, then enter: with a reason" },
  answerNow: { chords: ["a"], show: "a", help: "have it answer now" },
  goOn: { chords: ["g"], show: "g", help: "go on with a run, or run it again" },
} as const satisfies Record<string, { chords: readonly string[]; show: string; help: string }>;

export type KeyName = keyof typeof keys;

/** Begins keys of two strokes: "ctrl+x ctrl+e". */
export const PREFIX_CHORD = "ctrl+x";

export function isKey(name: KeyName, chord: string): boolean {
  return (keys[name].chords as readonly string[]).includes(chord);
}

export function isViewKey(name: keyof typeof viewKeys, chord: string): boolean {
  return (viewKeys[name].chords as readonly string[]).includes(chord);
}
