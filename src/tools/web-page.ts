import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type Socket } from "node:net";
import { pipeline, Readable } from "node:stream";
import { connect } from "node:tls";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { FaultError } from "../core/fault.ts";
import { formatBytes } from "../core/text.ts";
import { addressOf, type AddressPolicy, lookupWhere } from "../workspace/public-address.ts";
import { proxyFor, type ProxyVariables, tunnelTo } from "./web-proxy.ts";

export type Page = {
  /** Where it was in the end. */
  readonly url: URL;
  /** "text/html" */
  readonly type: string;
  readonly body: string;
  readonly bytes: number;
  /** There was more than is read at most. */
  readonly isCut: boolean;
};

type Visit = {
  readonly mayConnect: AddressPolicy;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked for. */
  readonly env: ProxyVariables;
  readonly mayVisit: (url: URL) => string | undefined;
  readonly signal: AbortSignal;
};

const MAX_BYTES = 5 * 2 ** 20;
const MAX_REDIRECTS = 5;
const READABLE = /^(text\/|application\/([\w.+-]*\+)?(json|xml|javascript|x?html|yaml|x-yaml|toml|x-ndjson)\b)/i;

/** Follows redirects, each of them judged as the first address was. Throws FaultError for what is no readable page. */
export async function readPage(address: string, visit: Visit): Promise<Page> {
  let url = webAddress(address);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const refusal = visit.mayVisit(url);
    if (refusal !== undefined) throw failure(`${url.host} must not be visited: ${refusal}`, "denied");
    const response = await get(url, visit);
    const { statusCode = 0, headers } = response;
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return await read(url, response);
    response.destroy();
    url = webAddress(headers.location, url);
  }
  throw failure(`${address} redirects more than ${MAX_REDIRECTS} times`);
}

/** Refuses what is no page of the web, and addresses that carry a password. */
function webAddress(address: string, base?: URL): URL {
  if (!URL.canParse(address, base)) throw failure(`"${address}" is no address`);
  const url = new URL(address, base);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw failure(`${url.protocol}//… cannot be fetched: only http and https can`);
  }
  if (url.username !== "" || url.password !== "") throw failure("An address with a name and password is not fetched");
  return url;
}

async function get(url: URL, { mayConnect, env, signal }: Visit): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // An address is not looked up, so it is judged here.
  if (isIP(host) !== 0 && !mayConnect(host)) throw failure(`${host} is in a private network`, "denied");
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = {
    "user-agent": "massgen",
    accept: "text/html, text/*, application/json, */*;q=0.1",
    "accept-encoding": "gzip, deflate, br",
  };
  const proxy = proxyFor(url, env);
  try {
    const way = proxy
      ? { createConnection: await connectionThrough(proxy, url, host, mayConnect, signal) }
      : { lookup: lookupWhere(mayConnect), agent: false };
    return await new Promise((resolve, reject) => {
      request(url, { headers, ...way, signal }, resolve)
        .on("error", reject)
        .end();
    });
  } catch (error) {
    signal.throwIfAborted();
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const nameless = proxy && (code === "ENOTFOUND" || code === "EAI_AGAIN");
    const reason = nameless ? "its name is not known here, and is not left to a proxy to look up" : reasonOf(error);
    throw failure(`${url.host} could not be reached: ${reason}`, code === "EACCES" ? "denied" : "tool");
  }
}

async function connectionThrough(
  proxy: URL,
  url: URL,
  host: string,
  mayConnect: AddressPolicy,
  signal: AbortSignal,
): Promise<() => Socket> {
  const isSecure = url.protocol === "https:";
  const address = isIP(host) === 0 ? await addressOf(host, mayConnect) : host;
  const socket = await tunnelTo(address, url.port || (isSecure ? "443" : "80"), proxy, signal);
  if (!isSecure) return () => socket;
  return () => connect({ socket, host, ...(isIP(host) === 0 && { servername: host }) });
}

async function read(url: URL, response: IncomingMessage): Promise<Page> {
  const { statusCode = 0, headers } = response;
  const [type = "", ...parameters] = (headers["content-type"] ?? "text/plain").split(";");
  const refuse = (message: string): FaultError => {
    response.destroy();
    return failure(message);
  };
  if (statusCode < 200 || statusCode >= 300) throw refuse(`${url.href} answered with HTTP ${statusCode}`);
  if (!READABLE.test(type.trim())) {
    const size = headers["content-length"];
    throw refuse(
      `${url.href} is ${type.trim()}${size === undefined ? "" : ` (${formatBytes(Number(size))})`}, which is no text`,
    );
  }
  const { bytes, isCut } = await collect(decoded(response));
  return {
    url,
    type: type.trim().toLowerCase(),
    body: textOf(bytes, parameters.join(";")),
    bytes: bytes.length,
    isCut,
  };
}

function decoded(response: IncomingMessage): Readable {
  const unpack = { gzip: createGunzip, "x-gzip": createGunzip, deflate: createInflate, br: createBrotliDecompress };
  const name = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (!Object.hasOwn(unpack, name)) return response;
  return pipeline(response, unpack[name as keyof typeof unpack](), () => {});
}

/** Counted as unpacked: a small answer can unpack to anything. */
async function collect(stream: Readable): Promise<{ readonly bytes: Buffer; readonly isCut: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > MAX_BYTES) break;
    }
  } catch (error) {
    throw failure(`The page broke off: ${reasonOf(error)}`);
  }
  return { bytes: Buffer.concat(chunks).subarray(0, MAX_BYTES), isCut: size > MAX_BYTES };
}

/** In the charset that the header or, for HTML, the page itself names. */
function textOf(bytes: Buffer, parameters: string): string {
  const named = /charset\s*=\s*["']?([\w-]+)/i;
  const label = (named.exec(parameters) ?? named.exec(bytes.toString("latin1", 0, 2048)))?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes); // no charset that there is
  }
}

function reasonOf(error: unknown): string {
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  return first instanceof Error ? first.message : String(first);
}

function failure(message: string, code: "tool" | "denied" = "tool"): FaultError {
  return new FaultError({ code, message, hint: "Try another address, or do without." });
}
