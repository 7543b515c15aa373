import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FaultError } from "../../src/core/fault.ts";
import type { Message } from "../../src/core/message.ts";
import type { ModelSpec } from "../../src/core/model.ts";
import { openModel } from "../../src/models/open-model.ts";
import { type ModelScript, type ModelServer, startModelServer } from "../helpers/model-server.ts";
import { imageOf, pngOf } from "../helpers/pictures.ts";
import { ask, faultOf, listen, specFor, WIRES } from "./model-harness.ts";

let server: ModelServer;
let script: ModelScript = () => ({});
beforeAll(async () => {
  server = await startModelServer((request) => script(request));
});
afterAll(() => server.close());
beforeEach(() => {
  script = () => ({ text: "ok" });
});

const bytes = pngOf(4, 3);
const image = imageOf(bytes, "Image 1", [4, 3]);
const data = bytes.toString("base64");
const url = `data:image/png;base64,${data}`;
const readImage: ModelSpec["readImage"] = async () => bytes;

const shown: Message[] = [{ role: "user", text: "What is this?", images: [image] }];
const looked: Message[] = [
  { role: "user", text: "Look at a and b." },
  {
    role: "assistant",
    text: "",
    calls: [
      { id: "c1", name: "read_file", input: { path: "a.png" } },
      { id: "c2", name: "read_file", input: { path: "b.txt" } },
    ],
  },
  { role: "tool", callId: "c1", name: "read_file", output: "a.png", failed: false, images: [image] },
  { role: "tool", callId: "c2", name: "read_file", output: "b", failed: false },
];

const sentBody = () => server.requests.at(-1)?.body;

describe("an image of the user", () => {
  test.each(WIRES)("is sent as $wire takes it", async (wire) => {
    const client = await openModel(specFor(wire, server, { readImage }));
    await listen(client, ask("", { messages: shown }));
    const text = (type: string) => [
      { type, text: "What is this?" },
      { type, text: "Image 1:" },
    ];
    expect(sentBody()).toMatchObject(
      {
        "openai-responses": {
          input: [{ role: "user", content: [...text("input_text"), { type: "input_image", image_url: url }] }],
        },
        "openai-chat": {
          messages: [
            { role: "system" },
            { role: "user", content: [...text("text"), { type: "image_url", image_url: { url } }] },
          ],
        },
        anthropic: {
          messages: [
            {
              role: "user",
              content: [...text("text"), { type: "image", source: { type: "base64", media_type: "image/png", data } }],
            },
          ],
        },
        gemini: {
          contents: [
            {
              role: "user",
              parts: [{ text: "What is this?" }, { text: "Image 1:" }, { inlineData: { mimeType: "image/png", data } }],
            },
          ],
        },
      }[wire.wire],
    );
  });

  test("is told of by name when the model does not take it, and left out from then on", async () => {
    script = ({ body }) =>
      JSON.stringify(body).includes("image_url")
        ? { status: 400, text: "Invalid content type. image_url is only supported by certain models." }
        : { text: "blind but well" };
    const client = await openModel(specFor(WIRES[1], server, { readImage, model: "gpt-3.5-turbo" }));
    const fault = await faultOf(listen(client, ask("", { messages: shown })));
    expect(fault).toMatchObject({ code: "request" });
    expect(fault.message).toMatch(/gpt-3\.5-turbo did not take Image 1\. .*image_url is only supported/);
    const { reply } = await listen(client, ask("", { messages: shown }));
    expect(reply.text).toBe("blind but well");
    expect(JSON.stringify(sentBody())).toContain("[Image 1 was left out: gpt-3.5-turbo takes no images]");
  });

  test("that is too large for the provider is refused before anything is sent", async () => {
    const large = { ...image, bytes: 6_000_000, name: "Image 2" };
    const client = await openModel(specFor(WIRES[2], server, { readImage }));
    const before = server.requests.length;
    const fault = await faultOf(listen(client, ask("", { messages: [{ role: "user", text: "?", images: [large] }] })));
    expect(fault.message).toBe("claude takes images of up to 3.9 MB, Image 2 has 6 MB: it was not sent");
    expect(server.requests.length).toBe(before);
  });

  test("of a kind that the provider does not take is refused", async () => {
    const gif = { ...image, mediaType: "image/gif" as const };
    const client = await openModel(specFor(WIRES[3], server, { readImage }));
    const fault = await faultOf(listen(client, ask("", { messages: [{ role: "user", text: "?", images: [gif] }] })));
    expect(fault.message).toContain("gemini takes no GIF images");
  });

  test("is left out where the configuration says that the model takes none", async () => {
    const options = { enable_multimodal_tools: false };
    await listen(await openModel(specFor(WIRES[0], server, { readImage, options })), ask("", { messages: shown }));
    expect(JSON.stringify(sentBody())).toContain("[Image 1 was left out: images are switched off");
    expect(JSON.stringify(sentBody())).not.toContain("input_image");
  });
});

describe("an image that a tool shows", () => {
  test.each(WIRES)("is sent as $wire takes it", async (wire) => {
    await listen(await openModel(specFor(wire, server, { readImage })), ask("", { messages: looked }));
    const body = sentBody() as Record<string, readonly Record<string, unknown>[]>;
    const last = (body["input"] ?? body["messages"] ?? body["contents"] ?? []).slice(-3);
    expect(last).toMatchObject(
      {
        "openai-responses": [
          {},
          {
            type: "function_call_output",
            output: [{ text: "a.png" }, { text: "Image 1:" }, { type: "input_image", image_url: url }],
          },
          { type: "function_call_output", output: "b" },
        ],
        "openai-chat": [
          { role: "tool", content: "a.png" },
          { role: "tool", content: "b" },
          {
            role: "user",
            content: [
              { text: "What read_file shows:" },
              { text: "Image 1:" },
              { type: "image_url", image_url: { url } },
            ],
          },
        ],
        anthropic: [
          {},
          {},
          {
            role: "user",
            content: [
              { type: "tool_result", content: [{ text: "a.png" }, { text: "Image 1:" }, { source: { data } }] },
              { type: "tool_result", content: "b" },
            ],
          },
        ],
        gemini: [
          {},
          {},
          {
            role: "user",
            parts: [
              { functionResponse: { name: "read_file", parts: [{ inlineData: { data } }] } },
              { functionResponse: { name: "read_file" } },
            ],
          },
        ],
      }[wire.wire],
    );
  });

  test("stands behind the results for a Gemini that takes text there alone", async () => {
    const spec = specFor(WIRES[3], server, { readImage, model: "gemini-2.5-flash" });
    await listen(await openModel(spec), ask("", { messages: looked }));
    const { contents } = sentBody() as { contents: { parts: object[] }[] };
    expect(contents.at(-1)?.parts.map((part) => Object.keys(part)[0])).toEqual([
      "functionResponse",
      "functionResponse",
      "text",
      "text",
      "inlineData",
    ]);
  });

  test("is left out at once when the model does not take it: nobody asked for it", async () => {
    script = ({ body }) =>
      JSON.stringify(body).includes("image_url")
        ? { status: 404, text: "No endpoints found that support image input" }
        : { text: "went on" };
    const { reply } = await listen(
      await openModel(specFor(WIRES[1], server, { readImage, model: "blind-1" })),
      ask("", { messages: looked }),
    );
    expect(reply.text).toBe("went on");
    expect(JSON.stringify(sentBody())).toContain("[Image 1 was left out: blind-1 takes no images]");
  });

  test("whose file is gone is left out, with the reason", async () => {
    const gone: ModelSpec["readImage"] = async () => {
      throw new FaultError({ code: "disk", message: "Cannot read it: it does not exist" });
    };
    await listen(await openModel(specFor(WIRES[0], server, { readImage: gone })), ask("", { messages: looked }));
    expect(JSON.stringify(sentBody())).toContain("[Image 1 was left out: Cannot read it: it does not exist]");
  });
});
