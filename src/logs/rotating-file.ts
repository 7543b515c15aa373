import { appendFile, rename, stat } from "node:fs/promises";

export type RotatingFile = {
  readonly write: (text: string) => void;
  /** Resolves when all of it so far is written. */
  readonly settle: () => Promise<void>;
};

const FLUSH_MS = 250;

/**
 * A log file that is written now and then, in order, where `place` says at that time. One that reaches `maxBytes` becomes `<path>.1`, in the place of an
 * older one: twice that is the most it takes.
 */
export function openRotatingFile(
  place: () => string,
  { maxBytes, onFailure }: { readonly maxBytes: number; readonly onFailure: (error: unknown) => void },
): RotatingFile {
  let pending = "";
  let timer: NodeJS.Timeout | undefined;
  let queue = Promise.resolve();
  let open: { readonly path: string; size: number } | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const text = pending;
    pending = "";
    if (text !== "") queue = queue.then(() => append(text)).catch(onFailure);
  }

  async function append(text: string): Promise<void> {
    const path = place();
    const file = open?.path === path ? open : { path, size: await sizeOf(path) };
    open = file;
    const bytes = Buffer.byteLength(text);
    if (file.size > 0 && file.size + bytes > maxBytes) {
      await rename(path, `${path}.1`);
      file.size = 0;
    }
    await appendFile(path, text, { mode: 0o600 });
    file.size += bytes;
  }

  return {
    write(text) {
      pending += text;
      timer ??= setTimeout(flush, FLUSH_MS);
      timer.unref();
    },
    async settle() {
      flush();
      await queue;
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
