/** A file of a folder that is used only once the user trusts it. */
export type TrustItem = {
  /** Relative to the folder. */
  readonly name: string;
  readonly sha256: string;
  /** Trusted before, with another content. */
  readonly changed: boolean;
  /** What it would make massgen do, a line each, nothing in it left out or invisible. */
  readonly wants: readonly string[];
};

/** What a folder wants, for the user to say yes or no to before any of it is used. */
export type TrustPage = {
  readonly folder: string;
  readonly items: readonly TrustItem[];
};
