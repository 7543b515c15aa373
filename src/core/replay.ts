/** Lists that a replay under way has made: nobody else holds them. */
let own: WeakSet<readonly unknown[]> | undefined;

/**
 * Does the work as a replay: of the states that it goes through only the last one is kept, so `appended` may let the
 * lists in them grow in place. Without that, folding a journal copies every list once for each of its lines.
 */
export function replay<Value>(work: () => Value): Value {
  const before = own;
  own = new WeakSet();
  try {
    return work();
  } finally {
    own = before;
  }
}

/** The list with more at its end. A list that is kept beside its longer one must be copied first. */
export function appended<Item>(list: readonly Item[], ...more: readonly Item[]): readonly Item[] {
  if (own?.has(list)) {
    (list as Item[]).push(...more);
    return list;
  }
  const longer = [...list, ...more];
  own?.add(longer);
  return longer;
}
