import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import type { Fault } from "../../src/core/fault.ts";
import type { ModelSpec } from "../../src/core/model.ts";
import { openModel } from "../../src/models/open-model.ts";
import {
  closedPort,
  EVENT_STREAM,
  type FaultScript,
  type FaultServer,
  httpResponse,
  startFaultServer,
} from "../helpers/fault-server.ts";
import type { ModelServer } from "../helpers/model-server.ts";
import { anyPath, ask, faultOf, listen, specFor, WIRES, type WireCase } from "./model-harness.ts";
import { framesOf } from "./frames.ts";

const open: FaultServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function faulty(script: FaultScript): Promise<FaultServer> {
  const server = await startFaultServer(script);
  open.push(server);
  return server;
}

describe.each(WIRES)("over $wire", (wire) => {
  const failing = async (server: Pick<ModelServer, "baseUrl">, changes?: Partial<ModelSpec>): Promise<Fault> =>
    faultOf(listen(await openModel(specFor(wire, server, changes)), ask("hi")));

  test.each<[string, FaultScript, Fault["code"], number]>([
    ["a connection reset before any answer", (socket) => socket.resetAndDestroy() && undefined, "network", 4],
    [
      "a connection reset in mid-stream",
      (socket) => void socket.write(EVENT_STREAM + head(wire), () => socket.resetAndDestroy()),
      "network",
      4,
    ],
    [
      "an end in the middle of a chunk",
      (socket) =>
        void socket.end(
          `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n${head(wire)}`,
        ),
      "network",
      4,
    ],
    [
      "a body shorter than announced",
      (socket) => void socket.end(httpResponse(200, { ...SSE, "content-length": "99999" }, head(wire))),
      "network",
      4,
    ],
    ["a clean end without the last event", (socket) => void socket.end(EVENT_STREAM + head(wire)), "network", 4],
    [
      "an end after the first event",
      (socket) => void socket.end(EVENT_STREAM + framesOf(wire.wire, { pieces: ["a"] }).deltas[0]),
      "network",
      4,
    ],
    [
      "an end in the middle of an event",
      (socket) => void socket.end(EVENT_STREAM + head(wire).slice(0, -20)),
      "network",
      4,
    ],
    [
      "a compressed stream that was cut",
      (socket) => void socket.end(httpResponse(200, GZIP, halfOf(gzipSync(whole(wire))))),
      "network",
      4,
    ],
    [
      "a compressed stream that is broken",
      (socket) => void socket.end(httpResponse(200, GZIP, "not compressed at all")),
      "bad_response",
      2,
    ],
    ["an empty body", (socket) => void socket.end(httpResponse(200, SSE, "")), "bad_response", 2],
    [
      "no content",
      (socket) => void socket.end("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"),
      "bad_response",
      2,
    ],
    [
      "a web page",
      (socket) => void socket.end(httpResponse(200, { "content-type": "text/html" }, "<html>Log in</html>")),
      "bad_response",
      2,
    ],
    ["a document", (socket) => void socket.end(httpResponse(200, JSON_TYPE, '{"ok":true}')), "bad_response", 2],
    [
      "a document with an error",
      (socket) => void socket.end(httpResponse(200, JSON_TYPE, '{"error":{"code":429,"message":"slow down"}}')),
      "rate_limit",
      4,
    ],
    [
      "events that are not JSON",
      (socket) => void socket.end(`${EVENT_STREAM}event: message_start\ndata: {"type": nonsense}\n\n`),
      "bad_response",
      2,
    ],
    ["a stream without events", (socket) => void socket.end(`${EVENT_STREAM}hello\n\nworld\n\n`), "bad_response", 2],
    ["something that is not HTTP", (socket) => void socket.end("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "bad_response", 2],
    [
      "headers of 64 KB",
      (socket) => void socket.end(`HTTP/1.1 200 OK\r\nx-long: ${"x".repeat(65_536)}\r\n\r\n`),
      "bad_response",
      2,
    ],
    [
      "an event of 5 MB",
      (socket) => void socket.write(`${EVENT_STREAM}data: "${"x".repeat(5 * 2 ** 20)}`),
      "bad_response",
      2,
    ],
  ])("%s", async (_, script, code, attempts) => {
    const server = await faulty(script);
    const fault = await failing(anyPath(server.url));
    expect(fault).toMatchObject({ code, hint: expect.stringMatching(/./) });
    expect(server.requests).toHaveLength(attempts);
  });

  test("a refused connection names the server and asks whether it is running", async () => {
    const fault = await failing(anyPath(`http://127.0.0.1:${await closedPort()}`));
    expect(fault).toMatchObject({ code: "network", hint: expect.stringMatching(/127\.0\.0\.1:\d+ running\?/) });
  });

  test("a host that does not exist is said to be unknown", async () => {
    const fault = await failing(anyPath("http://no-such-host.invalid"));
    expect(fault).toMatchObject({ code: "network", message: expect.stringContaining("no-such-host.invalid") });
  });

  test("a redirect is not followed, so that no key reaches another host", async () => {
    const thief = await faulty((socket) => void socket.end(EVENT_STREAM + whole(wire)));
    const server = await faulty((socket) => void socket.end(httpResponse(307, { location: `${thief.url}/v1` }, "")));
    const fault = await failing(anyPath(server.url));
    expect(fault).toMatchObject({ code: "request", message: expect.stringContaining("redirects") });
    expect(thief.requests).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, string]>([
    ["before any answer", ""],
    ["after the headers", EVENT_STREAM],
    ["in mid-stream", "events"],
  ])("silence %s ends the call, after one more try", async (_, sent) => {
    const server = await faulty((socket) => void socket.write(sent === "events" ? EVENT_STREAM + head(wire) : sent));
    const fault = await failing(anyPath(server.url), { idleTimeoutMs: 60 });
    expect(fault).toMatchObject({ code: "timeout", message: expect.stringMatching(/^\w+: nothing came from 127/) });
    expect(server.requests).toHaveLength(2);
  });

  test("every byte resets the clock of silence, comments too", async () => {
    const server = await faulty((socket) => {
      socket.write(EVENT_STREAM);
      let left = 4;
      const timer = setInterval(() => {
        left -= 1;
        // Google's SDK reads comments only where an event follows in the same block.
        socket.write(wire.type === "gemini" ? "\n\n" : ": ping\n\n");
        if (left > 0) return;
        clearInterval(timer);
        socket.end(whole(wire));
      }, 100);
    });
    const { reply } = await listen(
      await openModel(specFor(wire, anyPath(server.url), { idleTimeoutMs: 300 })),
      ask("hi"),
    );
    expect(reply.text).toBe("Grüße 👩‍👩‍👧‍👦 日本");
  });

  test("a stream that comes byte by byte is read as one that comes at once", async () => {
    const bytes = Buffer.from(whole(wire));
    const server = await faulty(async (socket) => {
      socket.setNoDelay(true).write(EVENT_STREAM);
      for (const byte of bytes)
        await new Promise<void>((sent) => socket.write(Buffer.of(byte), () => setImmediate(sent)));
      socket.end();
    });
    const { reply, deltas } = await listen(await openModel(specFor(wire, anyPath(server.url))), ask("hi"));
    expect(reply).toMatchObject({ text: "Grüße 👩‍👩‍👧‍👦 日本", stop: "calls" });
    expect(reply.calls.map(({ input }) => input)).toEqual([{ path: "ä" }, { path: "b" }]);
    expect(deltas).toBe(reply.text);
  });

  test("the first try fails, the second answers: one retry is announced and the reply is whole", async () => {
    const server = await faulty(
      (socket, number) => void socket.end(EVENT_STREAM + (number === 1 ? head(wire) : whole(wire))),
    );
    const { events, reply } = await listen(await openModel(specFor(wire, anyPath(server.url))), ask("hi"));
    const retry = events.findIndex(({ type }) => type === "retry");
    expect(events[retry]).toMatchObject({ attempt: 2, maxAttempts: 4, fault: { code: "network" } });
    expect(events.slice(0, retry).some(({ type }) => type === "text")).toBe(true); // void now
    expect(reply.text).toBe("Grüße 👩‍👩‍👧‍👦 日本");
  });

  test("an abort ends a call that hangs, at once and as cancelled", async () => {
    const controller = new AbortController();
    const server = await faulty((socket) => {
      socket.write(EVENT_STREAM + head(wire), () => controller.abort());
    });
    const gone = server.gone();
    const fault = await failingWith(wire, anyPath(server.url), controller.signal);
    expect(fault.code).toBe("cancelled");
    await gone; // the connection too
    expect(server.requests).toHaveLength(1);
  });

  test("a call with a signal that is aborted already sends nothing", async () => {
    const server = await faulty((socket) => void socket.end(EVENT_STREAM + whole(wire)));
    expect((await failingWith(wire, anyPath(server.url), AbortSignal.abort())).code).toBe("cancelled");
    expect(server.requests).toHaveLength(0);
  });
});

async function failingWith(wire: WireCase, server: Pick<ModelServer, "baseUrl">, signal: AbortSignal): Promise<Fault> {
  return faultOf(listen(await openModel(specFor(wire, server)), ask("hi"), signal));
}

const SSE = { "content-type": "text/event-stream" };
const GZIP = { ...SSE, "content-encoding": "gzip" };
const JSON_TYPE = { "content-type": "application/json" };

function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.ceil(bytes.length * 0.7));
}

/** The beginning of a proper reply: text, but no end. */
function head(wire: WireCase): string {
  return framesOf(wire.wire, { pieces: ["Half ", "a "] }).deltas.join("");
}

function whole(wire: WireCase): string {
  const calls = [
    { id: "call_a", name: "read", input: { path: "ä" } },
    { id: "call_b", name: "read", input: { path: "b" } },
  ];
  const { deltas, end } = framesOf(wire.wire, { pieces: ["Grüße 👩‍👩", "‍👧‍👦 日本"], calls, stop: "calls" });
  return [...deltas, ...end].join("");
}
