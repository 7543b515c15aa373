const USUAL_TOKENS = 100_000;
const SMALLEST_TOKENS = 4000;

/** How much of the conversation the lead's model takes: what is known of the model, and what its refusals taught. */
export type Budget = {
  readonly tokens: () => Promise<number>;
  /** The model refused a conversation of so many tokens. False: it is as short as can be, and asking again is no use. */
  readonly refused: (tokens: number) => boolean;
};

export function createBudget(known: () => number | Promise<number> = () => USUAL_TOKENS): Budget {
  let learned = Infinity;
  let given = USUAL_TOKENS;
  return {
    async tokens() {
      given = await known();
      return Math.min(learned, given);
    },
    refused(tokens) {
      const half = Math.floor(Math.min(tokens, learned, given) / 2);
      if (half < SMALLEST_TOKENS) return false;
      learned = half;
      return true;
    },
  };
}
