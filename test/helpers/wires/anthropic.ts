import { callText, event, type Frames, type Json, list, textOf, type WholeReply, type WireFormat } from "./script.ts";

export const anthropic: WireFormat = {
  read: (body) => ({
    model: body["model"] ?? "",
    system: textOf(body["system"]),
    messages: list(body["messages"]).flatMap((message) => messagesOf(message["role"] ?? "", message["content"])),
    tools: list(body["tools"]).map((tool) => tool["name"] ?? ""),
  }),
  frames,
  error: (status, message) => ({
    type: "error",
    error: { type: status === 529 ? "overloaded_error" : `error_${status}`, message },
  }),
};

function messagesOf(role: string, content: Json | undefined): { role: string; text: string }[] {
  if (typeof content === "string") return [{ role, text: content }];
  const results = list(content).filter((block) => block["type"] === "tool_result");
  const others = list(content).filter((block) => block["type"] !== "tool_result");
  const text = others
    .map((block) =>
      block["type"] === "tool_use" ? callText(block["name"] ?? "", block["input"]) : (block["text"] ?? ""),
    )
    .join("");
  return [
    ...results.map((block) => ({ role: "tool", text: textOf(block["content"]) })),
    ...(others.length > 0 ? [{ role, text }] : []),
  ];
}

function frames(reply: WholeReply): Frames {
  const { input, output, cachedInput, reasoning } = reply.usage;
  const send = (type: string, fields: Record<string, unknown>): string => event({ type, ...fields }, type);
  const deltas = [
    send("message_start", {
      message: {
        id: `msg_${reply.id}`,
        type: "message",
        role: "assistant",
        model: reply.model,
        content: [],
        stop_reason: null,
        usage: {
          input_tokens: input - cachedInput,
          cache_read_input_tokens: cachedInput,
          cache_creation_input_tokens: 0,
          output_tokens: 1,
        },
      },
    }),
    send("ping", {}),
  ];
  let index = 0;
  const block = (content_block: Record<string, unknown>, pieces: readonly Record<string, unknown>[]): void => {
    deltas.push(send("content_block_start", { index, content_block }));
    deltas.push(...pieces.map((delta) => send("content_block_delta", { index, delta })));
    deltas.push(send("content_block_stop", { index }));
    index += 1;
  };
  if (reply.reasoning !== "") {
    block({ type: "thinking", thinking: "", signature: "" }, [
      { type: "thinking_delta", thinking: reply.reasoning },
      { type: "signature_delta", signature: `signed-${reply.id}` },
    ]);
  }
  if (reply.pieces.length > 0)
    block(
      { type: "text", text: "" },
      reply.pieces.map((text) => ({ type: "text_delta", text })),
    );
  for (const { id, name, input: args } of reply.calls) {
    const json = JSON.stringify(args);
    const half = Math.ceil(json.length / 2);
    block({ type: "tool_use", id, name, input: {} }, [
      { type: "input_json_delta", partial_json: json.slice(0, half) },
      { type: "input_json_delta", partial_json: json.slice(half) },
    ]);
  }
  const stop_reason = { end: "end_turn", calls: "tool_use", length: "max_tokens", refusal: "refusal" }[reply.stop];
  const usage = { output_tokens: output, output_tokens_details: { thinking_tokens: reasoning } };
  return {
    deltas,
    end: [send("message_delta", { delta: { stop_reason, stop_sequence: null }, usage }), send("message_stop", {})],
  };
}
