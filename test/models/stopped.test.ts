import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openModel } from "../../src/models/open-model.ts";
import { startModelServer } from "../helpers/model-server.ts";
import { ask, specFor, WIRES } from "./model-harness.ts";

for (const wire of WIRES) {
  test(`${wire.wire}: stopped at whatever moment of a reply at full speed, it fails once and nothing fails unheard`, async () => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): void => void unheard.push(reason);
    process.on("unhandledRejection", hear);
    onTestFinished(() => void process.off("unhandledRejection", hear));
    const server = await startModelServer(() => ({ text: "word ".repeat(4000), chunks: 4000 }));
    onTestFinished(() => server.close());
    const client = await openModel(specFor(wire, server));
    for (let ms = 0; ms < 40; ms += 2) {
      const stop = new AbortController();
      const listening = (async () => {
        for await (const _ of client.stream(ask("Hello?"), stop.signal)) if (stop.signal.aborted) break;
      })();
      await Promise.race([wait(ms), listening]);
      stop.abort();
      await listening.catch(() => {});
    }
    await wait(0);
    expect(unheard).toEqual([]);
  });
}
