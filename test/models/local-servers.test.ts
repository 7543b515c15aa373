import { afterEach, expect, test } from "vitest";
import { findLocalServers } from "../../src/models/local-servers.ts";
import {
  closedPort,
  type FaultScript,
  type FaultServer,
  httpResponse,
  startFaultServer,
} from "../helpers/fault-server.ts";

const open: FaultServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function endpoint(type: string, script: FaultScript): Promise<{ type: string; baseUrl: string }> {
  const server = await startFaultServer(script);
  open.push(server);
  return { type, baseUrl: `${server.url}/v1` };
}

const json =
  (body: unknown): FaultScript =>
  (socket) =>
    void socket.end(httpResponse(200, { "content-type": "application/json" }, JSON.stringify(body)));

test("servers that list models are found, in order, without the models that cannot chat", async () => {
  const models = ["qwen3:8b", "nomic-embed-text", "bge-m3", "whisper-1", "llama3.2"].map((id) => ({
    id,
    object: "model",
  }));
  const endpoints = [
    await endpoint("ollama", json({ object: "list", data: models })),
    await endpoint("vllm", json({ data: [{ id: "glm" }] })),
  ];
  expect(await findLocalServers(2000, endpoints)).toEqual([
    { ...endpoints[0], models: ["qwen3:8b", "llama3.2"] },
    { ...endpoints[1], models: ["glm"] },
  ]);
  expect(open[0]?.requests[0]?.url).toBe("/v1/models");
});

test("whatever else answers on these ports is left alone", async () => {
  const endpoints = await Promise.all([
    endpoint("a web page", (socket) => void socket.end(httpResponse(200, { "content-type": "text/html" }, "<html>"))),
    endpoint("an error", (socket) => void socket.end(httpResponse(404, {}, '{"data":[{"id":"x"}]}'))),
    endpoint("other JSON", json({ models: ["x"] })),
    endpoint("no models", json({ data: [] })),
    endpoint("embeddings only", json({ data: [{ id: "text-embedding-3" }] })),
    endpoint("a redirect", (socket) => void socket.end(httpResponse(302, { location: "http://127.0.0.1:1/" }, ""))),
    endpoint("no HTTP", (socket) => void socket.end("hello\r\n\r\n")),
    endpoint("a reset", (socket) => void socket.resetAndDestroy()),
  ]);
  const refused = { type: "nobody", baseUrl: `http://127.0.0.1:${await closedPort()}/v1` };
  expect(await findLocalServers(2000, [...endpoints, refused, { type: "no address", baseUrl: "::" }])).toEqual([]);
});

test("a server that does not answer in time holds up nobody", async () => {
  const silent = await endpoint("ollama", () => undefined);
  const half = await endpoint("vllm", (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{"));
  expect(await findLocalServers(80, [silent, half])).toEqual([]);
});
