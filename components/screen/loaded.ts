import { faultText, toFault } from "../../src/core/fault.ts";

/** Something that the disk was asked for. */
export type Loaded<Value> =
  | { readonly is: "loading" }
  | { readonly is: "there"; readonly value: Value }
  | { readonly is: "failed"; readonly text: string };

export async function settle<Value>(asked: Promise<Value>): Promise<Loaded<Value>> {
  return asked.then(
    (value) => ({ is: "there", value }),
    (error: unknown) => ({ is: "failed", text: faultText(toFault(error)) }),
  );
}
