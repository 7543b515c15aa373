import { findBackend } from "../core/config/backends.ts";
import type { Fault } from "../core/fault.ts";
import type { ModelSpec } from "../core/model.ts";
import { plain } from "../core/terminal-safe.ts";
import { clip, oneLine } from "../core/text.ts";

/** What a provider said when it refused, whatever the shape in which it said it. */
type Refusal = {
  readonly status: number | undefined;
  /** The provider's own names for the error (type, code, status), in lower case. */
  readonly names: string;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
};

const NO_MONEY =
  /insufficient_quota|insufficient (balance|funds|credits?|quota)|spend(ing)?[_ -]?limit|credit balance|billing_hard_limit|out of credits|payment required|perday\b|limit: 0\b/i;
const TOO_LONG =
  /context_length|context length|context window|prompt is too long|too many tokens|maximum context|input token count .* exceeds|exceeds? the (maximum|model).*tokens|request_too_large|exceed_context_size/i;
const BAD_KEY =
  /api[_ ]key[_ ](not valid|invalid)|invalid[_ ](x-)?api[_ -]key|incorrect api key|authentication_error|invalid_api_key/i;
const RATE = /rate_limit|rate limit|too many requests|resource_exhausted/i;
const OVERLOADED = /overloaded|server_error|api_error|internal|unavailable|capacity|try again later/i;

/** An answer with a status that is no success. */
export function responseFault(spec: ModelSpec, url: string, response: Response, body: string): Fault {
  const refusal = readRefusal(response.status, parseJson(body) ?? body, retryAfter(response.headers));
  return refusalFault(spec, url, refusal);
}

/** Something other than a stream of events came with a status of success. */
export function wrongBodyFault(spec: ModelSpec, url: string, what: string, body: string): Fault {
  const parsed = parseJson(body);
  if (isRecord(parsed) && parsed["error"] !== undefined) {
    return refusalFault(spec, url, readRefusal(undefined, parsed, undefined));
  }
  return {
    code: "bad_response",
    message: `${spec.type}: ${hostOf(url)} answered with ${what} instead of a model's reply`,
    hint: "A proxy or a captive portal may be in between, or base_url is not the address of a model API.",
  };
}

/** No answer, or it broke off: what fetch throws, with the cause below it. */
export function networkFault(spec: ModelSpec, url: string, error: unknown): Fault {
  const host = hostOf(url);
  const [code, reason] = rootCause(error);
  const failed = (fault: Fault["code"], what: string, hint: string): Fault => ({
    code: fault,
    message: `${spec.type}: ${what}`,
    hint,
  });
  if (code === "ECONNREFUSED") {
    return failed(
      "network",
      `nothing answers at ${host}`,
      `Is the server at ${host} running? ${startHint(spec)}`.trim(),
    );
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return failed("network", `the name of ${host} cannot be resolved`, "Check the network connection and base_url.");
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS|^ERR_SSL|EPROTO/.test(code)) {
    return failed(
      "network",
      `no secure connection to ${host} (${code})`,
      "Check base_url, the clock of this machine, and any proxy in between.",
    );
  }
  if (/redirect/i.test(reason)) {
    return failed(
      "request",
      `${host} redirects to another address, which is never followed with a key`,
      "Set base_url to the API's final address.",
    );
  }
  if (/TIMEOUT|ETIMEDOUT/.test(code)) {
    return failed("timeout", `${host} did not answer in time`, "Check the network connection, or try again later.");
  }
  if (/^HPE_|HEADERS_OVERFLOW|^Z_/.test(code)) {
    return failed(
      "bad_response",
      `${host} answered with something that is not HTTP (${code})`,
      "A proxy may be in between, or base_url is not the address of a model API.",
    );
  }
  return failed(
    "network",
    `the connection to ${host} broke${code === "" ? "" : ` (${code})`}`,
    "Check the network connection, or try again later.",
  );
}

/** The provider's own end of the reply is missing. */
export function cutOffFault(spec: ModelSpec): Fault {
  return {
    code: "network",
    message: `${spec.type}: the reply ended before it was complete`,
    hint: "The provider or something in between cut it off: try again.",
  };
}

/** What an SDK throws while it reads events: an error that the provider sent inside the stream, or unreadable JSON. */
export function streamFault(spec: ModelSpec, url: string, error: unknown): Fault {
  // Google's SDK notices an event that was cut, the others do not.
  if (error instanceof Error && error.message.startsWith("Incomplete JSON segment")) return cutOffFault(spec);
  if (error instanceof SyntaxError || (error instanceof Error && /JSON/.test(error.message) && !("status" in error))) {
    return {
      code: "bad_response",
      message: `${spec.type}: ${hostOf(url)} sent something that cannot be read: ${tidy(spec, error.message)}`,
      hint: "Try again; if it stays, the server does not speak this protocol.",
    };
  }
  if (!(error instanceof Error)) return { code: "bug", message: String(error) };
  if (!isRecord(error) || !("error" in error || "status" in error)) return { code: "bug", message: error.message };
  // Google's SDK keeps the JSON in the message.
  const body = error["error"] ?? parseJson(error.message.slice(Math.max(0, error.message.indexOf("{"))));
  const status = typeof error["status"] === "number" ? error["status"] : undefined;
  return refusalFault(spec, url, readRefusal(status, body ?? error.message, undefined));
}

/** A refusal that came as an event of its own. `error` is the provider's object. */
export function providerFault(spec: ModelSpec, error: unknown): Fault {
  return refusalFault(spec, spec.baseUrl ?? "", readRefusal(undefined, error, undefined));
}

/** The fault of a call that needs a key and has none, or undefined. */
export function missingKey(spec: ModelSpec): Fault | undefined {
  const backend = findBackend(spec.type);
  const elsewhere = spec.baseUrl !== undefined && spec.baseUrl !== backend?.baseUrl;
  if (spec.apiKey || elsewhere || !backend || backend.keyEnv.length === 0) return undefined;
  return { code: "auth", message: `${spec.type}: no API key`, hint: keyHint(spec) };
}

function refusalFault(spec: ModelSpec, url: string, refusal: Refusal): Fault {
  const code = codeOf(refusal);
  const said = tidy(spec, refusal.message);
  const status = refusal.status === undefined ? "" : `HTTP ${refusal.status}`;
  const message = `${spec.type}: ${said === "" ? `${hostOf(url)} refused the request` : said}${status === "" ? "" : ` (${status})`}`;
  const fault: Fault = { code, message, hint: hintFor(spec, url, code, refusal) };
  return refusal.retryAfterMs === undefined ? fault : { ...fault, retryAfterMs: refusal.retryAfterMs };
}

function codeOf({ status, names, message, retryAfterMs }: Refusal): Fault["code"] {
  const all = `${names} ${message}`;
  if (status === 401 || BAD_KEY.test(all)) return "auth";
  if (status === 402 || (NO_MONEY.test(all) && (status === undefined || status < 500))) return "quota";
  if (status === 429) return "rate_limit";
  if (status === 413) return "context_length";
  if (status === 403) return "auth";
  if (status === 408 || status === 409 || (status !== undefined && status >= 500)) return "overloaded";
  if (TOO_LONG.test(all)) return "context_length";
  if (status !== undefined && status >= 400) return "request";
  if (RATE.test(all) || retryAfterMs !== undefined) return "rate_limit";
  if (/permission/.test(names)) return "auth";
  if (/invalid_request|not_found|invalid_prompt/.test(names)) return "request";
  if (OVERLOADED.test(all)) return "overloaded";
  return status === undefined ? "overloaded" : "bad_response";
}

function hintFor(spec: ModelSpec, url: string, code: Fault["code"], { status }: Refusal): string {
  switch (code) {
    case "auth":
      return keyHint(spec);
    case "quota":
      return "Waiting does not help: top up the account or change its plan, or use another model.";
    case "rate_limit":
      return "Try again in a moment, or let fewer agents work at once.";
    case "context_length":
      return "Shorten the conversation, or use a model with a larger context.";
    case "overloaded":
      return "The provider has a problem of its own: try again later, or use another model.";
    default:
      if (status === 404) return `Check the model's name ("${spec.model}") and base_url (${hostOf(url)}).`;
      if (status === 407) return "A proxy in between wants a login.";
      return "Check the model's name and the options of this backend in the configuration.";
  }
}

function keyHint(spec: ModelSpec): string {
  const names = findBackend(spec.type)?.keyEnv ?? [];
  if (names.length === 0) return "The server wants a key: set api_key of this backend in the configuration.";
  return `Set ${names.join(" or ")} to a valid key, in the environment or in ~/.config/massgen/.env.`;
}

function startHint({ type }: ModelSpec): string {
  if (type === "ollama") return "Start it with `ollama serve`.";
  return type === "lmstudio" ? "Start it in LM Studio under Developer." : "";
}

function readRefusal(status: number | undefined, body: unknown, retryAfterMs: number | undefined): Refusal {
  const whole: unknown = Array.isArray(body) ? body[0] : body;
  if (!isRecord(whole))
    return { status, names: "", message: typeof whole === "string" ? withoutMarkup(whole) : "", retryAfterMs };
  const inner = isRecord(whole["error"]) ? whole["error"] : whole;
  const inBody = typeof inner["code"] === "number" && inner["code"] >= 400 ? inner["code"] : undefined;
  const names = [inner["type"], inner["code"], inner["status"]].filter((name) => typeof name === "string");
  return {
    status: status ?? inBody,
    names: names.join(" ").toLowerCase(),
    message:
      [inner["message"], whole["error"], whole["message"], whole["detail"]].find((text) => typeof text === "string") ??
      "",
    retryAfterMs: retryAfterMs ?? googleDelay(inner["details"]),
  };
}

/** Google says it in the body: {"@type": "…RetryInfo", "retryDelay": "34s"}. */
function googleDelay(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined;
  const delay: unknown = details.filter(isRecord).find((detail) => "retryDelay" in detail)?.["retryDelay"];
  const seconds = typeof delay === "string" ? /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1] : undefined;
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Milliseconds from `retry-after-ms`, or from `Retry-After` in seconds or as an HTTP date. Nonsense counts as absent. */
function retryAfter(headers: Headers): number | undefined {
  const exact = headers.get("retry-after-ms");
  if (exact !== null && /^\d+(\.\d+)?$/.test(exact)) return Number(exact);
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  // Date.parse reads "-1" as a year: a date has a letter in it.
  const at = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

function rootCause(error: unknown): [code: string, message: string] {
  let code = "";
  let message = "";
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; depth += 1) {
    message = at.message;
    if ("code" in at && typeof at.code === "string") ({ code } = at);
    // Trying IPv6 and IPv4 gives one error for both.
    at = at instanceof AggregateError && at.cause === undefined ? at.errors[0] : at.cause;
  }
  return [code, message];
}

/** One safe line of at most 300 characters, without anything that looks like a key. */
function tidy({ apiKey }: ModelSpec, text: string): string {
  const clean = oneLine(plain(apiKey ? text.replaceAll(apiKey, "[key]") : text));
  return clip(clean.replace(/\b(sk-|AIza|xai-|gsk_)[\w*-]{6,}/g, "[key]"), 300);
}

function withoutMarkup(text: string): string {
  return /^\s*</.test(text) ? (/<title>([^<]*)/i.exec(text)?.[1] ?? "") : text;
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "the provider";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
