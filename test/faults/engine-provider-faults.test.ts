import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Fault } from "../../src/core/fault.ts";
import { closedPort, EVENT_STREAM, type FaultScript, httpResponse, startFaultServer } from "../helpers/fault-server.ts";
import { framesOf } from "../models/frames.ts";
import { WIRES, type WireCase } from "../models/model-harness.ts";
import { goodMembers, runTeam } from "./engine-team.ts";

/** `attempts`: HTTP requests per model call. */
type Case = readonly [name: string, script: (wire: WireCase) => FaultScript, code: Fault["code"], attempts: number];

const SSE = { "content-type": "text/event-stream" };
const GZIP = { ...SSE, "content-encoding": "gzip" };
const JSON_TYPE = { "content-type": "application/json" };

/** The beginning of a proper reply: text, but no end. */
const head = ({ wire }: WireCase): string => framesOf(wire, { pieces: ["Half ", "a "] }).deltas.join("");

function whole({ wire }: WireCase): string {
  const calls = [{ id: "call_a", name: "new_answer", input: { content: "Two." } }];
  const { deltas, end } = framesOf(wire, { pieces: ["Well"], calls, stop: "calls" });
  return [...deltas, ...end].join("");
}

const says = (bytes: string | Buffer) => (): FaultScript => (socket) => void socket.end(bytes);

const silent =
  (bytes: (wire: WireCase) => string) =>
  (wire: WireCase): FaultScript =>
  (socket) =>
    void socket.write(bytes(wire));

const refuses = (status: number, message = "no", headers = {}, code?: string) =>
  says(httpResponse(status, { ...JSON_TYPE, ...headers }, JSON.stringify({ error: { message, code } })));

const CASES: readonly Case[] = [
  ["a reset before any answer", () => (socket) => socket.resetAndDestroy() && undefined, "network", 4],
  [
    "a reset in mid-stream",
    (wire) => (socket) => void socket.write(EVENT_STREAM + head(wire), () => socket.resetAndDestroy()),
    "network",
    4,
  ],
  [
    "an end in mid-chunk",
    (wire) => (socket) =>
      void socket.end(
        `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n${head(wire)}`,
      ),
    "network",
    4,
  ],
  [
    "a body shorter than announced",
    (wire) => (socket) => void socket.end(httpResponse(200, { ...SSE, "content-length": "99999" }, head(wire))),
    "network",
    4,
  ],
  [
    "a clean end without the last event",
    (wire) => (socket) => void socket.end(EVENT_STREAM + head(wire)),
    "network",
    4,
  ],
  [
    "an end in the middle of an event",
    (wire) => (socket) => void socket.end(EVENT_STREAM + head(wire).slice(0, -20)),
    "network",
    4,
  ],
  [
    "a compressed stream that was cut",
    (wire) => (socket) => {
      const bytes = gzipSync(whole(wire));
      socket.end(httpResponse(200, GZIP, bytes.subarray(0, Math.ceil(bytes.length * 0.7))));
    },
    "network",
    4,
  ],
  ["a compressed stream that is broken", says(httpResponse(200, GZIP, "not compressed")), "bad_response", 2],
  ["an empty body", says(httpResponse(200, SSE, "")), "bad_response", 2],
  ["no content", says("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"), "bad_response", 2],
  ["a web page", says(httpResponse(200, { "content-type": "text/html" }, "<html>Log in</html>")), "bad_response", 2],
  ["a document", says(httpResponse(200, JSON_TYPE, '{"ok":true}')), "bad_response", 2],
  ["an error with 200", says(httpResponse(200, JSON_TYPE, '{"error":{"code":429,"message":"slow"}}')), "rate_limit", 4],
  ["events that are not JSON", says(`${EVENT_STREAM}event: message_start\ndata: {"type": no}\n\n`), "bad_response", 2],
  ["a stream without events", says(`${EVENT_STREAM}hello\n\nworld\n\n`), "bad_response", 2],
  ["something that is not HTTP", says("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "bad_response", 2],
  ["headers of 64 KB", says(`HTTP/1.1 200 OK\r\nx-long: ${"x".repeat(65_536)}\r\n\r\n`), "bad_response", 2],
  ["an event of 50 MB", () => endless(50), "bad_response", 2],
  ["silence before any answer", silent(() => ""), "timeout", 2],
  ["silence after the headers", silent(() => EVENT_STREAM), "timeout", 2],
  ["silence in mid-stream", silent((wire) => EVENT_STREAM + head(wire)), "timeout", 2],
  ["a redirect to another host", says(httpResponse(307, { location: "http://127.0.0.2:9/v1" }, "")), "request", 1],
  ["a redirect to itself", says(httpResponse(302, { location: "/" }, "")), "request", 1],
  ["400", refuses(400, "temperature: out of range"), "request", 1],
  [
    "400, too long",
    refuses(400, "This model's maximum context length is 8192 tokens, prompt is too long"),
    "context_length",
    1,
  ],
  ["400, invalid key", refuses(400, "API key not valid. Please pass a valid API key."), "auth", 1],
  ["400, no credit", refuses(400, "Your credit balance is too low to access the API"), "quota", 1],
  ["401", refuses(401), "auth", 1],
  ["402", refuses(402), "quota", 1],
  ["403", refuses(403), "auth", 1],
  ["404", refuses(404, "model not found"), "request", 1],
  ["408", refuses(408), "overloaded", 4],
  ["409", refuses(409), "overloaded", 4],
  ["413", refuses(413), "context_length", 1],
  ["422", refuses(422), "request", 1],
  ["429", refuses(429, "Too many requests"), "rate_limit", 4],
  ["429 for an hour", refuses(429, "Too many requests", { "retry-after": "3600" }), "rate_limit", 1],
  ["429 for nobody knows how long", refuses(429, "Too many requests", { "retry-after": "abc" }), "rate_limit", 4],
  ["429 until a second ago", refuses(429, "Too many requests", { "retry-after": "-1" }), "rate_limit", 4],
  ["429, no quota", refuses(429, "You have no money", {}, "insufficient_quota"), "quota", 1],
  ["429, spend limit", refuses(429, "enforced_spend_limit_reached"), "quota", 1],
  ["500", refuses(500), "overloaded", 4],
  [
    "502 with a web page",
    says(httpResponse(502, { "content-type": "text/html" }, "<html>Bad</html>")),
    "overloaded",
    4,
  ],
  ["503", refuses(503), "overloaded", 4],
  ["504", refuses(504), "overloaded", 4],
  ["529", refuses(529, "Overloaded"), "overloaded", 4],
];

/** An agent that fails for one of these reasons is tried once more. */
const TRANSIENT: ReadonlySet<Fault["code"]> = new Set([
  "network",
  "bad_response",
  "rate_limit",
  "overloaded",
  "timeout",
]);
const LONGEST_MS = 30_000;

describe.concurrent.each(WIRES)("over $wire one of three agents meets", (wire) => {
  test.concurrent.each(CASES)("%s, and the others deliver", async (_, script, code, attempts) => {
    const [server, good] = await Promise.all([startFaultServer(script(wire)), goodMembers()]);
    try {
      const timeouts = code === "timeout" ? { idle_timeout_seconds: 1 } : {};
      const run = await runTeam(wire, [{ id: "ada", url: server.url }, ...good.members], { timeouts });
      expectOthersWon(run, code);
      expect(server.requests).toHaveLength(TRANSIENT.has(code) ? attempts * 2 : attempts);
    } finally {
      await Promise.all([server.close(), good.close()]);
    }
  });

  test.concurrent.each([
    ["a port on which nobody listens", async () => `http://127.0.0.1:${await closedPort()}`],
    ["a host that does not exist", async () => "http://no-such-host.invalid"],
  ])("%s, and the others deliver", async (_, url) => {
    const good = await goodMembers();
    try {
      expectOthersWon(await runTeam(wire, [{ id: "ada", url: await url() }, ...good.members]), "network");
    } finally {
      await good.close();
    }
  });

  test.concurrent("nothing but 503 from everybody, and the run fails with exit code 2", async () => {
    const server = await startFaultServer(refuses(503)());
    try {
      const members = ["ada", "bob", "cyd"].map((id) => ({ id, url: server.url }));
      const { outcome, status } = await runTeam(wire, members);
      expect(outcome).toMatchObject({ exitCode: 2, answer: "", winner: undefined, fault: { code: "overloaded" } });
      expect(status.finish_reason).toBe("error");
      expect(server.requests).toHaveLength(3 * 4 * 2);
    } finally {
      await server.close();
    }
  });
});

function expectOthersWon({ outcome, status, durationMs }: Awaited<ReturnType<typeof runTeam>>, code: string): void {
  expect(outcome).toMatchObject({ exitCode: 0, answer: "Phobos and Deimos.", winner: { agent: "bob" } });
  expect(outcome.state.agents[0]?.status).toMatchObject({ kind: "parked", fault: { code } });
  expect(status.agents["ada"]).toMatchObject({
    status: code === "timeout" ? "timeout" : "error",
    error: { type: code === "timeout" ? "timeout" : "error", message: expect.stringMatching(/./) },
  });
  expect(status.results).toMatchObject({ winner: "bob", degraded: true, votes: { "agent2.1": 2 } });
  expect(status.coordination.completion_percentage).toBe(100);
  expect(durationMs).toBeLessThan(LONGEST_MS);
}

/** One event of so many megabytes, as long as anybody reads it. */
function endless(megabytes: number): FaultScript {
  return async (socket) => {
    socket.write(`${EVENT_STREAM}data: "`);
    const part = "x".repeat(2 ** 20);
    for (let sent = 0; sent < megabytes && !socket.destroyed; sent += 1) {
      await new Promise<void>((done) => {
        socket.once("close", done);
        socket.write(part, () => {
          socket.off("close", done);
          done();
        });
      });
    }
  };
}
