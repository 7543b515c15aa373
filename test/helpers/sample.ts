/** `npm run attacks` takes everything; the gate, which everybody waits for, takes every so many-th. */
const IS_LONG = process.env["ATTACK_SECONDS"] !== undefined;

/** In the gate `count` of them, spread evenly; else all. */
export function sample<Item>(all: readonly Item[], count: number): readonly Item[] {
  if (IS_LONG || all.length <= count) return all;
  return Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)] as Item);
}
