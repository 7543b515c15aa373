import { findBackend } from "../core/config/backends.ts";
import { type Fault, FaultError, faultText, toFault } from "../core/fault.ts";
import type { Image, MediaType } from "../core/image.ts";
import type { Message } from "../core/message.ts";
import type { ModelRequest, ModelSpec } from "../core/model.ts";
import { formatBytes } from "../core/text.ts";
import { readOptions } from "./options.ts";

/** What a provider takes of one image, as it is before base64. */
type Limits = { readonly maxBytes: number; readonly maxSide: number; readonly types: readonly MediaType[] };

const MIB = 2 ** 20;
const USUAL: Limits = {
  maxBytes: 20 * MIB,
  maxSide: 16_384,
  types: ["image/png", "image/jpeg", "image/gif", "image/webp"],
};

function limitsOf(type: string): Limits {
  if (type === "grok") return { ...USUAL, types: ["image/png", "image/jpeg"] };
  switch (findBackend(type)?.wire) {
    case "anthropic":
      return { ...USUAL, maxBytes: 3.75 * MIB, maxSide: 8000 }; // 5 MiB of base64
    case "gemini":
      return { ...USUAL, maxBytes: 14 * MIB, types: ["image/png", "image/jpeg", "image/webp"] }; // 20 MiB a request
    default:
      return USUAL;
  }
}

/** Why a provider would not take this image: "claude takes images of up to 3.9 MB, photo.png has 6.2 MB". Undefined: it may. */
export function imageProblem(type: string, image: Image): string | undefined {
  const { maxBytes, maxSide, types } = limitsOf(type);
  const { name, bytes, width, height, mediaType } = image;
  if (!types.includes(mediaType)) return `${type} takes no ${shortType(mediaType)} images, and ${name} is one`;
  if (bytes > maxBytes)
    return `${type} takes images of up to ${formatBytes(maxBytes)}, ${name} has ${formatBytes(bytes)}`;
  if (Math.max(width, height) <= maxSide) return undefined;
  return `${type} takes images of up to ${maxSide} pixels a side, ${name} has ${width}×${height}`;
}

function shortType(mediaType: MediaType): string {
  return mediaType.slice("image/".length).toUpperCase();
}

/** A request with the bytes of the images that are still in it. */
export type Illustrated = { readonly request: ModelRequest; readonly base64: (image: Image) => string };

export type ImageGate = {
  /**
   * The request as this model can be sent it: an image that it cannot take is left out, and the text says so. Rejects with
   * FaultError when that happens for the first time to an image of the user's; the same request then goes without.
   */
  readonly admit: (request: ModelRequest) => Promise<Illustrated>;
  /** What to make of a failed call. "again": the model takes no images, and nobody asked it to look at one. */
  readonly learn: (sent: ModelRequest, error: unknown) => FaultError | "again" | undefined;
};

const NO_IMAGES =
  /image|vision|multi-?modal|modalit|(content|value) must be a string|expected (a )?string|unsupported content/i;

export function createImageGate(spec: ModelSpec): ImageGate {
  const leftOut = new Map<string, string>();
  let blind: string | undefined;
  if (readOptions(spec).enable_multimodal_tools === false) blind = "images are switched off for this model";

  return { admit, learn };

  async function admit(request: ModelRequest): Promise<Illustrated> {
    const loaded = new Map<string, string>();
    if (blind === undefined) {
      for (const message of request.messages) {
        for (const image of imagesOf(message)) {
          if (loaded.has(image.hash) || leftOut.has(image.hash)) continue;
          const problem = imageProblem(spec.type, image) ?? (await load(image, loaded));
          if (problem === undefined) continue;
          leftOut.set(image.hash, problem);
          if (message.role === "user") throw new FaultError(notTaken(`${problem}: it was not sent`));
        }
      }
    }
    const reason = ({ hash }: Image): string | undefined => blind ?? leftOut.get(hash);
    const messages = request.messages.map((message) => withReasons(message, reason));
    return { request: { ...request, messages }, base64: ({ hash }) => loaded.get(hash) ?? "" };
  }

  /** Returns why it could not be read. */
  async function load(image: Image, loaded: Map<string, string>): Promise<string | undefined> {
    if (!spec.readImage) return "images are not at hand here";
    try {
      loaded.set(image.hash, Buffer.from(await spec.readImage(image)).toString("base64"));
      return undefined;
    } catch (error) {
      return faultText(toFault(error));
    }
  }

  function learn(sent: ModelRequest, error: unknown): FaultError | "again" | undefined {
    const fault = toFault(error);
    const shown = sent.messages.filter((message) => imagesOf(message).length > 0);
    if (fault.code !== "request" || shown.length === 0 || !NO_IMAGES.test(fault.message)) return undefined;
    blind = `${spec.model} takes no images`;
    if (shown.every(({ role }) => role === "tool")) return "again";
    const names = shown.flatMap((message) => imagesOf(message).map(({ name }) => name));
    return new FaultError(notTaken(`${spec.type}: ${spec.model} did not take ${names.join(", ")}. ${fault.message}`));
  }
}

function notTaken(message: string): Fault {
  return {
    code: "request",
    message,
    hint: "Use a model that takes it, or say how to go on: it goes without from now on.",
  };
}

function imagesOf(message: Message): readonly Image[] {
  return message.role === "assistant" ? [] : (message.images ?? []);
}

function withReasons(message: Message, reason: (image: Image) => string | undefined): Message {
  const missing = imagesOf(message).flatMap((image) => {
    const why = reason(image);
    return why === undefined ? [] : [`[${image.name} was left out: ${why}]`];
  });
  if (missing.length === 0 || message.role === "assistant") return message;
  const images = imagesOf(message).filter((image) => reason(image) === undefined);
  const append = (text: string): string => [text, ...missing].join("\n");
  return message.role === "user"
    ? { ...message, images, text: append(message.text) }
    : { ...message, images, output: append(message.output) };
}
