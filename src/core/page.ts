/** What the user asked to see of the program itself: facts in sections, a line each. */
export type Page = readonly PageSection[];

export type PageSection = { readonly title: string; readonly lines: readonly PageLine[] };

export type PageLine = {
  /** Empty: the text stands alone. */
  readonly label: string;
  readonly text: string;
  /** warn: works, with less. bad: does not work until it is mended. */
  readonly mark?: "ok" | "warn" | "bad";
  /** Of the whole, 0 to 1: drawn as a bar. */
  readonly share?: number;
};

export type PageName = "context" | "status" | "permissions";
