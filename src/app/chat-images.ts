import { imagesBeside, openImageStore } from "../../projects/images.ts";
import type { ChatState } from "../core/chat/state.ts";
import { type Fault, toFault } from "../core/fault.ts";
import type { ImageSource } from "../core/front-end.ts";
import type { Image, ReadImage } from "../core/image.ts";
import { mentionedImages } from "../core/image-paths.ts";
import type { ShownImages } from "../lead/ports.ts";
import type { KeepImage } from "../tools/read-file.ts";
import { createAttachments } from "./attachments.ts";
import type { Environment } from "./config-directory.ts";

/** The images of a chat: what the user shows, what tools show, and what of it a run is given. */
export type ChatImages = {
  readonly read: ReadImage;
  readonly keep: KeepImage;
  readonly attach: (source: ImageSource) => Promise<Image>;
  /** Says it, with the images that it mentions. At once when it has none, else in its turn. */
  readonly say: (text: string, images?: readonly Image[]) => void;
  readonly shown: () => ShownImages;
};

export function createChatImages(options: {
  readonly cwd: string;
  readonly env: Environment;
  /** Of the session. */
  readonly journal: () => string;
  readonly chat: () => ChatState;
  /** Type of the lead's backend. */
  readonly backend: () => string;
  readonly say: (text: string, images: readonly Image[]) => void;
  readonly fail: (fault: Fault) => void;
}): ChatImages {
  const { cwd, env, chat } = options;
  const store = openImageStore(() => imagesBeside(options.journal()));
  const attachments = createAttachments({ cwd, env, type: options.backend, shown: () => highest(shown().all) });
  let saying: Promise<void> | undefined;

  return {
    read: store.read,
    keep: store.keep,
    attach: (source) => (source === "clipboard" ? attachments.fromClipboard() : attachments.fromFile(source.path)),
    say(text, images = []) {
      if (!saying && images.length === 0 && mentionedImages(text).length === 0) return options.say(text, []);
      const mine = (saying ?? Promise.resolve()).then(() => sayWith(text, images));
      saying = mine;
      void mine.then(() => {
        if (saying === mine) saying = undefined;
      });
    },
    shown,
  };

  async function sayWith(text: string, images: readonly Image[]): Promise<void> {
    try {
      const said = await attachments.mentioned({ text, images });
      await attachments.keep(said.images, store);
      options.say(said.text, said.images);
    } catch (error) {
      const { message, ...fault } = toFault(error);
      options.fail({ ...fault, message: `Not said: ${message}` });
    }
  }

  function shown(): ShownImages {
    const { items, turn } = chat();
    const said = items.flatMap((item) => (item.kind === "user" && item.images ? [item] : []));
    const of = (some: typeof said): Image[] => some.flatMap(({ images = [] }) => images);
    return { all: of(said), now: of(said.filter(({ at }) => at >= turn.startedAt)) };
  }
}

function highest(images: readonly Image[]): number {
  return Math.max(0, ...images.map(({ name }) => Number(/^Image (\d+)$/.exec(name)?.[1] ?? 0)));
}
