export type Gate<Value> = { readonly promise: Promise<Value>; readonly open: (value: Value) => void };

/** A promise that the test resolves when it wants things to go on. */
export function gate<Value = void>(): Gate<Value> {
  let open: ((value: Value) => void) | undefined;
  const promise = new Promise<Value>((resolve) => {
    open = resolve;
  });
  return { promise, open: (value) => open?.(value) };
}
