import * as z from "zod";
import { BACKENDS } from "../core/config/backends.ts";

type Endpoint = { readonly type: string; readonly baseUrl: string };
type LocalServer = Endpoint & { readonly models: readonly string[] };

const LOCAL: readonly Endpoint[] = (["ollama", "lmstudio", "llamacpp", "vllm"] as const).map((type) => ({
  type,
  baseUrl: BACKENDS[type].baseUrl,
}));

const ModelList = z.object({ data: z.array(z.object({ id: z.string().min(1) })) });
const CANNOT_CHAT = /embed|rerank|bge-|(^|[-_/])e5-|gte-|minilm|whisper|(^|[-_/])tts|clip-vit/i;

/** Model servers on this machine that answer in time and have a model that can chat. Never throws. */
export async function findLocalServers(timeoutMs = 200, endpoints = LOCAL): Promise<readonly LocalServer[]> {
  const found = await Promise.all(endpoints.map((endpoint) => probe(endpoint, timeoutMs)));
  return found.filter((server) => server !== undefined);
}

async function probe({ type, baseUrl }: Endpoint, timeoutMs: number): Promise<LocalServer | undefined> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/models`, { redirect: "error", signal });
    if (!response.ok) return undefined;
    const { data } = ModelList.parse(await response.json());
    const models = data.map(({ id }) => id).filter((id) => !CANNOT_CHAT.test(id));
    return models.length === 0 ? undefined : { type, baseUrl, models };
  } catch {
    return undefined; // nobody there, or somebody else on this port
  }
}
