/** How a command runs instead of running as it is. */
export type Enclosure = {
  readonly around: (argv: readonly string[]) => readonly string[];
  /** Laid over the environment of the command. */
  readonly env: Readonly<Record<string, string>>;
  /** A program that ends what the command left where killing its process group does not reach. */
  readonly end?: readonly string[];
};

/** Why there is no such thing on this machine, and what to do about it. */
export type Missing = { readonly missing: string; readonly hint: string };
