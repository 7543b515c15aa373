import { callText, event, type Frames, type Json, list, textOf, type WholeReply, type WireFormat } from "./script.ts";

export const openaiResponses: WireFormat = {
  read: (body) => ({
    model: body["model"] ?? "",
    system: body["instructions"] ?? "",
    messages: list(body["input"]).flatMap((item) => messageOf(item)),
    tools: list(body["tools"]).map((tool) => tool["name"] ?? tool["type"] ?? ""),
  }),
  frames,
  error: (status, message) => ({ error: { message, type: `error_${status}`, code: null, param: null } }),
};

function messageOf(item: Json): { role: string; text: string }[] {
  if (item["type"] === "reasoning") return [];
  if (item["type"] === "function_call_output") return [{ role: "tool", text: textOf(item["output"]) }];
  if (item["type"] === "function_call")
    return [{ role: "assistant", text: callText(item["name"] ?? "", item["arguments"]) }];
  return [{ role: item["role"] ?? "", text: textOf(item["content"]) }];
}

function frames(reply: WholeReply): Frames {
  const deltas: string[] = [];
  let sequence = 0;
  const send = (type: string, fields: Record<string, unknown>): void => {
    deltas.push(event({ type, sequence_number: (sequence += 1), ...fields }, type));
  };
  const response = { id: `resp_${reply.id}`, object: "response", model: reply.model, output: [] as unknown[] };
  send("response.created", { response: { ...response, status: "in_progress" } });

  const add = (item: Record<string, unknown>, between: (output_index: number) => void): void => {
    const index = response.output.length;
    send("response.output_item.added", { output_index: index, item: { ...item, status: "in_progress" } });
    between(index);
    send("response.output_item.done", { output_index: index, item });
    response.output.push(item);
  };
  if (reply.reasoning !== "") {
    const id = `rs_${reply.id}`;
    const item = {
      type: "reasoning",
      id,
      summary: [{ type: "summary_text", text: reply.reasoning }],
      encrypted_content: `sealed-${reply.id}`,
    };
    add(item, (output_index) => {
      send("response.reasoning_summary_part.added", {
        item_id: id,
        output_index,
        summary_index: 0,
        part: { type: "summary_text", text: "" },
      });
      send("response.reasoning_summary_text.delta", {
        item_id: id,
        output_index,
        summary_index: 0,
        delta: reply.reasoning,
      });
    });
  }
  if (reply.pieces.length > 0) {
    const id = `msg_${reply.id}`;
    const content = [{ type: "output_text", text: reply.pieces.join(""), annotations: [] }];
    add({ type: "message", id, role: "assistant", status: "completed", content }, (output_index) => {
      for (const delta of reply.pieces)
        send("response.output_text.delta", { item_id: id, output_index, content_index: 0, delta });
    });
  }
  for (const { id, name, input } of reply.calls) {
    const item = {
      type: "function_call",
      id: `fc_${id}`,
      call_id: id,
      name,
      arguments: JSON.stringify(input),
      status: "completed",
    };
    add(item, (output_index) => {
      send("response.function_call_arguments.delta", { item_id: item.id, output_index, delta: item.arguments });
    });
  }
  const cut = { length: "max_output_tokens", refusal: "content_filter", end: undefined, calls: undefined }[reply.stop];
  const type = cut === undefined ? "response.completed" : "response.incomplete";
  const { input, output, cachedInput, reasoning } = reply.usage;
  const whole = {
    ...response,
    status: cut === undefined ? "completed" : "incomplete",
    incomplete_details: cut === undefined ? null : { reason: cut },
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cachedInput },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    },
  };
  return { deltas, end: [event({ type, sequence_number: sequence + 1, response: whole }, type)] };
}
