import { callText, event, type Json, list, type WireFormat } from "./script.ts";

export const gemini: WireFormat = {
  read: (body, path) => ({
    model: /models\/([^:/]+):/.exec(path)?.[1] ?? "",
    system: textOfParts(body["systemInstruction"]),
    messages: list(body["contents"]).flatMap(messagesOf),
    tools: list(body["tools"]).flatMap((tool) => list(tool["functionDeclarations"]).map((one) => one["name"] ?? "")),
  }),
  frames(reply) {
    const { input, output, cachedInput, reasoning } = reply.usage;
    // The real API signs the first part that is no thought.
    const signed = reply.reasoning === "" ? {} : { thoughtSignature: `signed-${reply.id}` };
    const parts = [
      ...reply.pieces.map((text) => ({ text })),
      ...reply.calls.map(({ name, input: args }) => ({ functionCall: { name, args } })),
    ].map((part, index) => (index === 0 ? { ...part, ...signed } : part));
    const chunk = (fields: Record<string, unknown>, content: readonly unknown[]): string =>
      event({
        candidates: [{ index: 0, content: { role: "model", parts: content }, ...fields }],
        modelVersion: reply.model,
      });
    const finishReason = { end: "STOP", calls: "STOP", length: "MAX_TOKENS", refusal: "SAFETY" }[reply.stop];
    const usageMetadata = {
      promptTokenCount: input,
      cachedContentTokenCount: cachedInput,
      candidatesTokenCount: output - reasoning,
      thoughtsTokenCount: reasoning,
      totalTokenCount: input + output,
    };
    return {
      deltas: [
        ...(reply.reasoning === "" ? [] : [chunk({}, [{ text: reply.reasoning, thought: true }])]),
        ...parts.map((part) => chunk({}, [part])),
      ],
      end: [
        event({
          candidates: [{ index: 0, content: { role: "model", parts: [{ text: "" }] }, finishReason }],
          usageMetadata,
        }),
      ],
    };
  },
  error: (code, message) => ({ error: { code, message, status: `ERROR_${code}` } }),
};

function messagesOf(content: Json): { role: string; text: string }[] {
  const parts = list(content["parts"]);
  const results = parts.filter((part) => part["functionResponse"]);
  const others = parts.filter((part) => !part["functionResponse"] && !part["thought"]);
  const role = content["role"] === "model" ? "assistant" : (content["role"] ?? "user");
  const text = others
    .map((part) =>
      part["functionCall"]
        ? callText(part["functionCall"]["name"] ?? "", part["functionCall"]["args"])
        : (part["text"] ?? ""),
    )
    .join("");
  return [
    ...results.map((part) => {
      const response = part["functionResponse"]?.["response"];
      return { role: "tool", text: response?.["output"] ?? response?.["error"] ?? "" };
    }),
    ...(others.length > 0 ? [{ role, text }] : []),
  ];
}

function textOfParts(content: Json | undefined): string {
  return list(content?.["parts"])
    .map((part) => part["text"] ?? "")
    .join("");
}
