import { callText, event, list, textOf, type WholeReply, type WireFormat } from "./script.ts";

export const openaiChat: WireFormat = {
  read(body) {
    const messages = list(body["messages"]);
    return {
      model: body["model"] ?? "",
      system: messages
        .filter((message) => message["role"] === "system")
        .map((message) => textOf(message["content"]))
        .join("\n"),
      messages: messages
        .filter((message) => message["role"] !== "system")
        .map((message) => {
          const calls = list(message["tool_calls"]).map((call) =>
            callText(call["function"]?.["name"] ?? "", call["function"]?.["arguments"]),
          );
          return { role: message["role"] ?? "", text: `${textOf(message["content"])}${calls.join("")}` };
        }),
      tools: list(body["tools"]).map((tool) => tool["function"]?.["name"] ?? ""),
    };
  },
  frames(reply) {
    const chunk = (delta: unknown, finish: string | null = null): string =>
      event({ ...head(reply), choices: [{ index: 0, delta, finish_reason: finish }] });
    const { input, output, cachedInput, reasoning } = reply.usage;
    const usage = {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      prompt_tokens_details: { cached_tokens: cachedInput },
      completion_tokens_details: { reasoning_tokens: reasoning },
    };
    const finish = { end: "stop", calls: "tool_calls", length: "length", refusal: "content_filter" }[reply.stop];
    return {
      deltas: [
        chunk({ role: "assistant", content: "" }),
        ...(reply.reasoning === "" ? [] : [chunk({ reasoning_content: reply.reasoning })]),
        ...reply.pieces.map((content) => chunk({ content })),
        ...reply.calls.flatMap(({ id, name, input: args }, index) => {
          const json = JSON.stringify(args);
          const half = Math.ceil(json.length / 2);
          return [
            chunk({
              tool_calls: [{ index, id, type: "function", function: { name, arguments: json.slice(0, half) } }],
            }),
            chunk({ tool_calls: [{ index, function: { arguments: json.slice(half) } }] }),
          ];
        }),
      ],
      end: [chunk({}, finish), event({ ...head(reply), choices: [], usage }), "data: [DONE]\n\n"],
    };
  },
  error: (status, message) => ({ error: { message, type: `error_${status}`, code: null, param: null } }),
};

function head({ id, model }: WholeReply): Record<string, unknown> {
  return { id: `chatcmpl-${id}`, object: "chat.completion.chunk", created: 1_700_000_000, model };
}
