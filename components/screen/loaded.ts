/** Something that the disk was asked for. */
export type Loaded<Value> =
  | { readonly is: "loading" }
  | { readonly is: "there"; readonly value: Value }
  | { readonly is: "failed"; readonly text: string };
