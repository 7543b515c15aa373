import type { ModelClient } from "../core/model.ts";
import type { Redactor } from "../core/redact.ts";
import { modelWithoutSecrets } from "../core/without-secrets.ts";

/** The lead's model, which may be another one tomorrow: what the user said is on disk before anything is spent on it. */
export function leadModel(now: () => ModelClient, flush: () => Promise<void>, secrets: Redactor): ModelClient {
  const { backend, model, simulated } = now();
  return modelWithoutSecrets(
    {
      backend,
      model,
      simulated,
      async *stream(request, signal) {
        await flush().catch(() => {});
        yield* now().stream(request, signal);
      },
    },
    secrets,
  );
}
