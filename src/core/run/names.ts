/**
 * What an agent wrote about others, for people: "agent2" and "agent2.1" become the names that the configuration gives
 * them, "bob" and "bob 2.1". `agents` in configuration order.
 */
export function withNames(text: string, agents: readonly { readonly id: string }[]): string {
  return text.replace(/\bagent(\d+)(\.\d+)?\b/g, (written, number: string, index: string | undefined) => {
    const id = agents[Number(number) - 1]?.id;
    if (id === undefined) return written;
    return index === undefined ? id : `${id} ${number}${index}`;
  });
}
