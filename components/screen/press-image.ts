import type { ImageSource } from "../../src/core/front-end.ts";
import { type Image, imageLabel } from "../../src/core/image.ts";
import { droppedImage, mentionedImages } from "../../src/core/image-paths.ts";
import { mentionText } from "../composer/mention.ts";
import type { Paste } from "../composer/pastes.ts";
import { isKey } from "../keys.ts";
import { edit } from "./press-editor.ts";
import type { Effect, Pressed } from "./pressed.ts";
import type { ScreenState, View } from "./screen-state.ts";

/** The key that puts the image in the clipboard into the draft. */
export function pressImage(view: View, chord: string): Pressed | undefined {
  if (!isKey("pasteImage", chord) || !takesImages(view.screen)) return undefined;
  return { screen: view.screen, effects: [attach("clipboard", undefined, false)] };
}

/** A file that was dropped on the terminal: its path stays in the draft until the image is there, or when it is none. */
export function dropImage({ screen, effects }: Pressed, pasted: string): Pressed {
  if (!takesImages(screen)) return { screen, effects };
  // Some terminals paste nothing at all when the clipboard holds an image.
  if (pasted === "") return { screen, effects: [...effects, attach("clipboard", undefined, true)] };
  const path = droppedImage(pasted);
  return path === undefined
    ? { screen, effects }
    : { screen, effects: [...effects, attach({ path }, pasted.trim(), true)] };
}

/** Asks for every @image whose name is complete, once for each draft: who takes its label back wants the words. */
export function lookForImages({ screen, effects }: Pressed): Pressed {
  const { text } = screen.editor;
  if (text === "")
    return { screen: screen.askedImages.length === 0 ? screen : { ...screen, askedImages: [] }, effects };
  if (!takesImages(screen)) return { screen, effects };
  const found = mentionedImages(text)
    .filter(({ to }) => /\s/.test(text.charAt(to)))
    .map(({ from, to, path }) => ({ word: text.slice(from, to), path }))
    .filter(({ word }) => !screen.askedImages.includes(word));
  if (found.length === 0) return { screen, effects };
  return {
    screen: { ...screen, askedImages: [...screen.askedImages, ...found.map(({ word }) => word)] },
    effects: [...effects, ...found.map(({ word, path }) => attach({ path }, word, false))],
  };
}

/** The image takes the place of the word that named it, or stands at the cursor. Where the word is gone, it is not wanted. */
export function placeImage(screen: ScreenState, image: Image, { source, replaces }: AttachImage): ScreenState {
  const label = imageLabel(image);
  const text = source === "clipboard" ? "" : mentionText(source.path);
  const known: ScreenState = { ...screen, images: [...screen.images, { label, text, image }] };
  if (replaces === undefined) return edit(known, { type: "insert", text: `${label} ` });
  const { text: draft, cursor } = screen.editor;
  const from = draft.lastIndexOf(replaces);
  if (from < 0) return screen;
  const to = from + replaces.length;
  const placed = /^\s/.test(draft.slice(to)) ? label : `${label} `;
  const swapped = edit(known, { type: "swap", from, to, text: placed });
  const kept = cursor < to ? Math.min(cursor, from) : cursor + placed.length - replaces.length;
  return edit(swapped, { type: "place", cursor: kept });
}

/** The images whose labels stand in a text: those of the conversation, and those that are not said yet. */
export function imagesIn(
  { screen, chat }: Pick<View, "screen" | "chat">,
  text: string,
): { readonly said: readonly Image[]; readonly fresh: readonly Image[] } {
  const named = (images: readonly Image[]): readonly Image[] =>
    images.filter((image) => text.includes(imageLabel(image)));
  const said = named(chat.items.flatMap((item) => (item.kind === "user" ? (item.images ?? []) : [])));
  const attached = named(screen.images.flatMap(({ image }: Paste) => image ?? []));
  return { said, fresh: attached.filter(({ name }) => said.every((one) => one.name !== name)) };
}

type AttachImage = Extract<Effect, { do: "attach_image" }>;

function attach(source: ImageSource, replaces: string | undefined, quiet: boolean): Effect {
  return { do: "attach_image", source, replaces, quiet };
}

/** Commands take no images: there, the name of a file stays what it is. */
function takesImages({ editor, search, approval, overlay, views }: ScreenState): boolean {
  const isMessage = !/^\s*[/!#]/.test(editor.text);
  return isMessage && !search && approval?.mode !== "reason" && overlay?.kind !== "resume" && views.length === 0;
}
