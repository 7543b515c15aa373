import { block } from "../block.ts";
import { type Image, imageLabel, imageTokens } from "../image.ts";
import type { Message } from "../message.ts";
import { clip, formatUsd, oneLine, plural } from "../text.ts";
import type { ChatState } from "./state.ts";
import { conversationCost, messageCost, transcript } from "./transcript.ts";

/** What of the newest messages stays as it is, at most, as a share of the budget. */
const KEPT_SHARE = 0.2;
/** The same when the user asks for it: then it is to become short. */
const KEPT_ON_REQUEST = 3000;
/** From here on the oldest part is summarised before anything has to be left out. */
const FULL_SHARE = 0.9;
const FEWEST_MESSAGES = 3;
const USER_LINES = 40;
const USER_LINE_CHARS = 800;
const FILES = 80;
const TOOL_OUTPUT_CHARS = 1200;
/** Of the images that the user showed: as many of the newest, at most so much of the budget. */
const KEPT_IMAGES = 4;
const IMAGE_SHARE = 0.1;

/**
 * The messages before `upTo` are to be replaced; `files` are those that they and all before them named, `images` what
 * of theirs stays in sight.
 */
export type CompactionPlan = {
  readonly upTo: number;
  readonly files: readonly string[];
  readonly images: readonly Image[];
  readonly imagesLeftOut: readonly Image[];
};

/** How long a conversation may get before its older part is summarised by itself. */
export function compactsAt(budgetTokens: number): number {
  return budgetTokens * FULL_SHARE;
}

export function isNearlyFull(chat: Pick<ChatState, "messages">, budgetTokens: number): boolean {
  return conversationCost(chat.messages) > compactsAt(budgetTokens);
}

/** What to summarise, or undefined when there is nothing worth it. Never parts a call from its result. */
export function planCompaction(
  chat: Pick<ChatState, "messages" | "kept">,
  budgetTokens: number,
  { onRequest }: { readonly onRequest: boolean },
): CompactionPlan | undefined {
  const { messages } = chat;
  const share = budgetTokens * KEPT_SHARE;
  const fitting = cutBefore(messages, onRequest ? Math.min(share, KEPT_ON_REQUEST) : share);
  const lastTurn = messages.findLastIndex(({ role }) => role === "user");
  const upTo = fitting > 0 ? fitting : onRequest ? lastTurn : 0;
  if (upTo < FEWEST_MESSAGES) return undefined;
  const named = filesIn(messages.slice(0, upTo));
  const files = [...chat.kept.filter((file) => !named.includes(file)), ...named].slice(-FILES);
  return { upTo, files, ...imagesOf(messages, upTo, budgetTokens * IMAGE_SHARE) };
}

/** The user may come back to what was shown. What a tool showed, it shows again. */
function imagesOf(
  messages: readonly Message[],
  upTo: number,
  tokens: number,
): Pick<CompactionPlan, "images" | "imagesLeftOut"> {
  const shown = (some: readonly Message[]): readonly Image[] =>
    some.flatMap((message) => (message.role === "user" ? (message.images ?? []) : []));
  const later = shown(messages.slice(upTo));
  const older = shown(messages.slice(0, upTo)).filter(
    ({ name }, index, all) => ![...all.slice(index + 1), ...later].some((one) => one.name === name),
  );
  let left = tokens;
  const fits = (image: Image): boolean => (left -= imageTokens(image)) >= 0;
  const images = older.slice(-KEPT_IMAGES).toReversed().filter(fits).toReversed();
  return { images, imagesLeftOut: older.filter((image) => !images.includes(image)) };
}

/** The earliest place from which at most `tokens` follow: the start of a turn, else of a reply. */
function cutBefore(messages: readonly Message[], tokens: number): number {
  let used = 0;
  let from = messages.length;
  while (from > 0) {
    const message = messages[from - 1];
    if (!message) break;
    used += messageCost(message);
    if (used > tokens) break;
    from -= 1;
  }
  const starts = (wanted: (role: Message["role"]) => boolean): number =>
    messages.findIndex(({ role }, at) => at >= from && wanted(role));
  const places = [starts((role) => role === "user"), starts((role) => role !== "tool")];
  // The last thing that was said stays, however long: it tells whose turn it is.
  return places.find((at) => at >= 0) ?? messages.findLastIndex(({ role }) => role !== "tool");
}

/** The conversation as the summariser reads it, in about `budgetTokens`. */
export function conversationText(messages: readonly Message[], budgetTokens: number): string {
  return transcript({ messages }, budgetTokens).map(spoken).join("\n\n");
}

function spoken(message: Message): string {
  if (message.role === "user") return `USER: ${message.text}`;
  if (message.role === "tool")
    return `${message.failed ? "FAILED " : ""}RESULT of ${message.name}: ${clip(message.output, TOOL_OUTPUT_CHARS)}`;
  const calls = message.calls.map(({ name, input }) => `CALL ${name} ${clip(JSON.stringify(input) ?? "", 400)}`);
  return [...(message.text.trim() === "" ? [] : [`LEAD: ${message.text}`]), ...calls].join("\n");
}

/**
 * What stands in place of the messages that go: the model's summary, and beside it word for word what a summary tends
 * to lose. `kept` says the same to the user, a phrase each.
 */
export function compactedText(
  chat: Pick<ChatState, "messages" | "items" | "reports">,
  { upTo, files, images, imagesLeftOut }: CompactionPlan,
  summary: string,
): { readonly text: string; readonly kept: readonly string[] } {
  const tail = chat.messages.slice(upTo);
  const stillThere = new Set(tail.flatMap((message) => (message.role === "user" ? [message.text] : [])));
  const said = chat.items.flatMap((item) => (item.kind === "user" && !stillThere.has(item.text) ? [item.text] : []));
  const lines = said.slice(-USER_LINES).map((text) => `- ${clip(text.trim(), USER_LINE_CHARS)}`);
  const runs = chat.reports.map(
    ({ number, runId, title, outcome, winner, costUsd }) =>
      `- run ${number} (${runId}) ${clip(oneLine(title), 120)}: ${outcome}${winner === null ? "" : `, won by ${winner}`}, ${formatUsd(costUsd)}`,
  );
  const part = (name: string, body: readonly string[]): string[] =>
    body.length === 0 ? [] : [block(name, {}, body.join("\n"))];
  const text = block(
    "earlier_conversation",
    {},
    [
      "The older part of this conversation was replaced by this. CONTEXT.md, deliverables and read_run hold the rest; look there before you rely on a detail.",
      block("summary", {}, summary),
      ...part("what_the_user_said", lines),
      ...part("runs", runs),
      ...part("files", files),
      ...part("images_still_shown", images.map(imageLabel)),
      ...part("images_not_shown_any_more", imagesLeftOut.map(imageLabel)),
    ].join("\n"),
  );
  const turns = tail.filter(({ role }) => role === "user").length;
  const kept = [
    "a summary",
    ...(lines.length === 0 ? [] : [`${plural(lines.length, "message")} of yours`]),
    ...(runs.length === 0 ? [] : [plural(runs.length, "run")]),
    ...(files.length === 0 ? [] : [plural(files.length, "file name")]),
    ...(images.length === 0 ? [] : [plural(images.length, "image")]),
    ...(turns === 0 ? [] : [turns === 1 ? "the last turn in full" : `the last ${turns} turns in full`]),
  ];
  return { text, kept };
}

/** Paths that tools were called with, oldest first, each once. */
function filesIn(messages: readonly Message[]): readonly string[] {
  const paths = messages.flatMap((message) =>
    message.role === "assistant" ? message.calls.flatMap(({ input }) => pathOf(input)) : [],
  );
  return [...new Set(paths.toReversed())].toReversed();
}

function pathOf(input: unknown): string[] {
  if (typeof input !== "object" || input === null || !("path" in input)) return [];
  return typeof input.path === "string" && input.path.length < 300 ? [input.path] : [];
}
