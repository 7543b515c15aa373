import { afterEach, describe, expect, test } from "vitest";
import { openModel } from "../../src/models/open-model.ts";
import { type ModelScript, type ModelServer, startModelServer } from "../helpers/model-server.ts";
import { ask, faultOf, listen, specFor, WIRES } from "./model-harness.ts";

const open: ModelServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(script: ModelScript): Promise<ModelServer> {
  const server = await startModelServer(script);
  open.push(server);
  return server;
}

describe.each(WIRES)("a scripted server over $wire", (wire) => {
  test("answers each call as its script says, from what it saw so far", async () => {
    const server = await serve(async ({ messages }) => ({
      text: `${server.requests.length}: ${messages.at(-1)?.text}`,
    }));
    const client = await openModel(specFor(wire, server));
    expect((await listen(client, ask("one"))).reply.text).toBe("1: one");
    expect((await listen(client, ask("two"))).reply.text).toBe("2: two");
  });

  test("cuts a reply after so many events", async () => {
    const server = await serve(() =>
      server.requests.length === 1 ? { text: "abcdef", chunks: 6, cutAfterChunks: 4 } : { text: "whole" },
    );
    const { events, reply } = await listen(await openModel(specFor(wire, server)), ask("hi"));
    expect(events.some((event) => event.type === "retry" && event.fault.code === "network")).toBe(true);
    expect(reply.text).toBe("whole");
  });

  test("hangs, with or without a beginning", async () => {
    const server = await serve(() => ({ hang: true, ...(server.requests.length === 2 && { text: "I am" }) }));
    const client = await openModel(specFor(wire, server, { idleTimeoutMs: 80 }));
    expect((await faultOf(listen(client, ask("hi")))).code).toBe("timeout");
    expect(server.requests).toHaveLength(2);
  });

  test("tells of a script that throws", async () => {
    const server = await serve(() => {
      throw new Error("no step left");
    });
    const fault = await faultOf(listen(await openModel(specFor(wire, server)), ask("hi")));
    expect(fault).toMatchObject({ code: "request", message: expect.stringContaining("no step left") });
  });
});
