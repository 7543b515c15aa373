/**
 * A failure as data: it can sit in a journal, cross into the screen, and be shown to a model.
 * `hint` says what the reader can do about it; every fault that a user can cause has one.
 */
export type Fault = {
  readonly code: FaultCode;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Milliseconds after which the server said to try again. */
  readonly retryAfterMs?: number | undefined;
};

export const FAULT_CODES = [
  "usage", // the command line is wrong
  "config", // a configuration file is wrong
  "auth", // a key is missing or refused
  "quota", // the account is out of money or its plan forbids this; waiting does not help
  "rate_limit", // too many requests; waiting helps
  "overloaded", // 408, 5xx, 529
  "network", // no connection, or it broke before the reply was complete
  "bad_response", // the server answered with something that is not its protocol
  "request", // the provider rejects this request (400, 404, 422)
  "context_length", // the conversation does not fit the model
  "timeout",
  "workflow", // an agent did not use its workflow tools
  "budget",
  "tool",
  "denied", // a permission rule or the user said no
  "disk",
  "cancelled",
  "bug",
] as const;
type FaultCode = (typeof FAULT_CODES)[number];

/** A failure with a known cause. Anything else that escapes is a bug. */
export class FaultError extends Error {
  override readonly name = "FaultError";
  readonly fault: Fault;

  constructor(fault: Fault, options?: ErrorOptions) {
    super(fault.message, options);
    this.fault = fault;
  }
}

/** Turns anything caught into a Fault. Never throws. An aborted signal's FaultError reason comes through as itself. */
export function toFault(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault;
  if (error instanceof Error && error.name === "AbortError") return { code: "cancelled", message: "Cancelled" };
  return { code: "bug", message: error instanceof Error ? error.message : String(error) };
}

/** "message\nhint", for a model or a plain terminal. */
export function faultText({ message, hint }: Fault): string {
  return hint === undefined ? message : `${message}\n${hint}`;
}
