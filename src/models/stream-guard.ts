import { type Fault, FaultError } from "../core/fault.ts";
import type { Image } from "../core/image.ts";
import type { ModelClient, ModelEvent, ModelRequest, ModelSpec } from "../core/model.ts";
import { pause } from "../core/pause.ts";
import { formatDuration } from "../core/text.ts";
import { acceptable } from "./conversation.ts";
import { mergeDeltas } from "./merge-deltas.ts";
import { cutOffFault, hostOf, missingKey, networkFault, responseFault, streamFault, wrongBodyFault } from "./errors.ts";
import { createImageGate, type Illustrated } from "./images.ts";

const MIB = 2 ** 20;
/** What the SDKs take at once: their work on an event grows with what stands behind it. */
const PIECE = 4096;
const LINE_END = 10;
const MAX_EVENT = 4 * MIB;
const MAX_REPLY = 64 * MIB;
const MAX_ERROR_BODY = 64 * 1024;

/** What a wire gets for one call, and must give to its SDK. */
export type Line = {
  /** Follows no redirect, watches every byte, and accepts a stream of events only. */
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** Passes on what the SDK read, and notes that there was something to read. */
  readonly heard: <Event>(events: AsyncIterable<Event>) => AsyncIterable<Event>;
  /** The bytes of an image of the request. */
  readonly base64: (image: Image) => string;
};

type WatchedLine = Line & {
  readonly url: () => string;
  readonly bytes: () => number;
  readonly events: () => number;
  readonly waiting: <Value>(work: Promise<Value>) => Promise<Value>;
  /** Ends the call; the first fault counts, whatever the SDK makes of it. */
  readonly fail: (fault: Fault) => FaultError;
  readonly failed: () => FaultError | undefined;
  readonly close: () => void;
};

/**
 * A client around one wire. `open` yields deltas, and `done` only when it saw the provider's own end of the reply:
 * a stream that just stops is a fault here. So are silence, endless events, and everything that is not a stream.
 */
export function guardedModel(
  spec: ModelSpec,
  open: (request: ModelRequest, line: Line) => AsyncIterable<ModelEvent>,
): ModelClient {
  const images = createImageGate(spec);

  async function* stream(given: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    signal.throwIfAborted();
    const keyless = missingKey(spec);
    if (keyless) throw new FaultError(keyless);
    const request = acceptable(given);
    const sent = await images.admit(request);
    try {
      yield* call(sent, signal);
    } catch (error) {
      const learned = images.learn(sent.request, error);
      if (learned !== "again") throw learned ?? error;
      yield* call(await images.admit(request), signal);
    }
  }

  async function* call({ request, base64 }: Illustrated, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const line = openLine(spec, signal, base64);
    try {
      for await (const event of mergeDeltas(open(request, line))) {
        line.signal.throwIfAborted();
        yield event;
        if (event.type === "done") return;
      }
      line.signal.throwIfAborted(); // some SDKs end quietly then
      throw new FaultError(unfinished(spec, line));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof FaultError) throw line.failed() ?? error;
      throw line.failed() ?? new FaultError(streamFault(spec, line.url(), error), { cause: error });
    } finally {
      line.close();
    }
  }
  return { backend: spec.type, model: spec.model, simulated: false, stream };
}

function unfinished(spec: ModelSpec, line: WatchedLine): Fault {
  if (line.bytes() === 0) return wrongBodyFault(spec, line.url(), "an empty body", "");
  if (line.events() === 0) return wrongBodyFault(spec, line.url(), "something else", "");
  return cutOffFault(spec);
}

function openLine(spec: ModelSpec, signal: AbortSignal, base64: Line["base64"]): WatchedLine {
  const controller = new AbortController();
  const follow = (): void => controller.abort(signal.reason);
  signal.addEventListener("abort", follow, { once: true });
  if (signal.aborted) follow();
  let url = spec.baseUrl ?? "";
  let bytes = 0;
  let events = 0;
  let first: FaultError | undefined;

  const waiters = new Set<(reason: Error) => void>();
  // One timer and one listener for the whole line: a fast model is waited for hundreds of times a second.
  const silent = setTimeout(() => {
    if (waiters.size > 0) fail(silence(spec, url));
  }, spec.idleTimeoutMs);
  controller.signal.addEventListener("abort", () => {
    for (const reject of waiters) reject(controller.signal.reason as Error);
  });

  const fail = (fault: Fault): FaultError => {
    first ??= new FaultError(fault);
    controller.abort(first);
    return first;
  };
  const watched: WatchedLine = {
    signal: controller.signal,
    base64,
    url: () => url,
    bytes: () => bytes,
    events: () => events,
    async *heard(iterable) {
      for await (const event of iterable) {
        events += 1;
        yield event;
      }
    },
    fail,
    failed: () => first,
    // Silence counts only while we listen: a consumer that takes its time is not the provider's fault.
    waiting(work) {
      silent.refresh();
      return new Promise((resolve, reject) => {
        // Node's fetch forgets its signal once the response is garbage: a body that is still read would hang for ever.
        waiters.add(reject);
        // Listened to in any case: after an abort it fails, too, and nobody else would hear of that.
        void work.then(resolve, reject).finally(() => waiters.delete(reject));
        if (controller.signal.aborted) reject(controller.signal.reason as Error);
      });
    },
    async fetch(input, init) {
      url = input instanceof Request ? input.url : String(input);
      // The line's signal alone: the SDK's own would add its time limits.
      const sent = fetch(input, { ...init, redirect: "error", signal: controller.signal });
      const response = await watched.waiting(sent).catch((error: unknown) => {
        throw fail(networkFault(spec, url, error)); // after an abort nobody looks at it
      });
      await checkHead(spec, watched, response);
      const body = response.body && watchBody(spec, watched, response.body, (count) => (bytes += count));
      return new Response(body, { status: response.status, headers: response.headers });
    },
    close() {
      clearTimeout(silent);
      signal.removeEventListener("abort", follow);
      controller.abort();
    },
  };
  return watched;
}

function silence(spec: ModelSpec, url: string): Fault {
  return {
    code: "timeout",
    message: `${spec.type}: nothing came from ${hostOf(url)} for ${formatDuration(spec.idleTimeoutMs)}`,
    hint: "Try again, or raise timeout_settings.idle_timeout_seconds for slow models.",
  };
}

async function checkHead(spec: ModelSpec, line: WatchedLine, response: Response): Promise<void> {
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok) throw line.fail(responseFault(spec, line.url(), response, await start(line, response)));
  if (!response.body || response.status === 204) throw line.fail(wrongBodyFault(spec, line.url(), "an empty body", ""));
  if (/html/i.test(type)) throw line.fail(wrongBodyFault(spec, line.url(), "a web page", ""));
  if (!/^application\/json/i.test(type)) return;
  throw line.fail(wrongBodyFault(spec, line.url(), "a document", await start(line, response)));
}

/** The first 64 KiB of a body, or what could be read of it. */
async function start(line: WatchedLine, response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  if (!reader) return "";
  let text = "";
  try {
    while (text.length < MAX_ERROR_BODY) {
      const { done, value } = await line.waiting(reader.read());
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    if (line.signal.aborted) throw error;
  }
  return text;
}

function watchBody(
  spec: ModelSpec,
  line: WatchedLine,
  body: ReadableStream<Uint8Array>,
  counted: (bytes: number) => number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let event = 0;
  let rest: Uint8Array = new Uint8Array();
  return new ReadableStream<Uint8Array>(
    {
      async pull(out) {
        try {
          if (rest.length === 0) {
            const { done, value } = await line.waiting(reader.read());
            if (done) return out.close();
            check(value);
            rest = value;
          }
          // Whole lines: an SDK looks through a line from its start for every piece of it.
          const end = rest.indexOf(LINE_END, PIECE) + 1 || rest.length;
          out.enqueue(rest.subarray(0, end));
          rest = rest.subarray(end);
          // What comes at full speed is all read in one go, and nobody's keys would be heard meanwhile.
          await pause();
        } catch (error) {
          out.error(line.fail(networkFault(spec, line.url(), error)));
          reader.cancel(error).catch(() => {}); // the connection too
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );

  function check(bytes: Uint8Array): void {
    const lineEnd = Math.max(bytes.lastIndexOf(LINE_END), bytes.lastIndexOf(13));
    event = lineEnd === -1 ? event + bytes.length : bytes.length - lineEnd - 1;
    if (event > MAX_EVENT) throw line.fail(wrongBodyFault(spec, line.url(), "an endless event", ""));
    if (counted(bytes.length) > MAX_REPLY) throw line.fail(wrongBodyFault(spec, line.url(), "an endless reply", ""));
  }
}
