import { FaultError } from "./fault.ts";
import type { Message } from "./message.ts";
import type { ModelClient, ModelEvent, ModelRequest } from "./model.ts";
import { pause } from "./pause.ts";
import { REDACTED, type Redactor } from "./redact.ts";
import type { Tool } from "./tool.ts";

/**
 * A model that is sent no secret, and whose words as they come in hold none. Its reply stays as it is: what it does with
 * a text that looks like a secret has to be exact, and whoever keeps the reply takes them out.
 */
export function modelWithoutSecrets(model: ModelClient, secrets: Redactor): ModelClient {
  const cleaned = new WeakMap<Message, Message>();
  return {
    ...model,
    async *stream(request, signal) {
      const streams = { text: secrets.stream(), reasoning: secrets.stream() };
      for await (const event of model.stream(await cleanRequest(request), signal)) {
        if (event.type === "text" || event.type === "reasoning") {
          const delta = streams[event.type].push(event.delta);
          if (delta !== "") yield { ...event, delta };
          continue;
        }
        for (const type of ["reasoning", "text"] as const) {
          const delta = streams[type].end();
          if (delta !== "" && event.type === "done") yield { type, delta } satisfies ModelEvent;
        }
        yield event;
      }
    },
  };

  /** Of a long conversation only what is new since the last request; and the screen has its turn in between. */
  async function cleanRequest({ system, messages, tools }: ModelRequest): Promise<ModelRequest> {
    const clean: Message[] = [];
    for (const message of messages) {
      const known = cleaned.get(message) ?? secrets.value(message);
      cleaned.set(message, known);
      clean.push(known);
      await pause();
    }
    return { system: secrets.text(system), messages: clean, tools };
  }
}

/** A tool whose results and progress hold no secret. */
export function toolWithoutSecrets(tool: Tool, secrets: Redactor): Tool {
  return {
    ...tool,
    // Made when it is first asked for; a copy would make it at once.
    get inputSchema() {
      return tool.inputSchema;
    },
    summary: (input) => secrets.text(tool.summary(input)),
    async run(input, context) {
      const progress = (text: string): void => context.progress(secrets.stream().push(text));
      const result = await tool.run(input, { ...context, progress });
      return typeof result === "string" ? secrets.text(result) : { ...result, text: secrets.text(result.text) };
    },
  };
}

/** A tool that does not write into the user's files a text out of which a secret was taken. */
export function toolThatSparesSecrets(tool: Tool): Tool {
  if (tool.capability !== "write" && tool.capability !== "execute") return tool;
  return {
    ...tool,
    get inputSchema() {
      return tool.inputSchema;
    },
    async run(input, context) {
      if (JSON.stringify(input ?? null).includes(REDACTED)) throw destructive(tool.name);
      return tool.run(input, context);
    },
  };
}

function destructive(name: string): FaultError {
  return new FaultError({
    code: "tool",
    message: `${name}: the input holds "${REDACTED}", which stands where a secret was and would overwrite it`,
    hint: "Change the text around it instead, or leave that part to the user.",
  });
}
