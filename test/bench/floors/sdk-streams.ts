// The official SDK reads one stream for every model that is named, all at once, and keeps the text.
import OpenAI from "openai";

const [baseURL = "", ...models] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none" });

async function read(model: string): Promise<string> {
  const stream = await client.chat.completions.create({
    model,
    stream: true,
    messages: [{ role: "user", content: "Why?" }],
  });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  return text;
}

const texts = await Promise.all(models.map(read));
process.stdout.write(String(texts.join("").length));
