import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { FaultError } from "../core/fault.ts";

export type ProxyVariables = Readonly<Record<string, string | undefined>>;

/** The proxy that the environment names for an address. Throws FaultError "tool" for one that cannot be used. */
export function proxyFor(url: URL, env: ProxyVariables): URL | undefined {
  const names = url.protocol === "https:" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy", "HTTP_PROXY"];
  const name = names.find((one) => env[one]);
  const text = name === undefined ? undefined : env[name];
  if (name === undefined || text === undefined || isExcepted(url, env["no_proxy"] ?? env["NO_PROXY"] ?? "")) {
    return undefined;
  }
  const address = text.includes("://") ? text : `http://${text}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy?.protocol === "http:" || proxy?.protocol === "https:") return proxy;
  throw new FaultError({
    code: "tool",
    message: `${name} names no proxy that can be used: only http:// and https:// ones can`,
    hint: "Do without the web, and say so. The user can correct the variable, or name hosts in NO_PROXY.",
  });
}

/** "example.org" and ".example.org" mean the host and all below it, with ":8080" at that port alone, "*" everything. */
function isExcepted(url: URL, exceptions: string): boolean {
  const host = bare(url.hostname);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return exceptions.split(/[\s,]+/).some((one) => {
    if (one === "*" || bare(one) === host) return true;
    const [, name = "", only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(one.toLowerCase()) ?? [];
    if (name === "" || (only !== undefined && only !== port)) return false;
    return host === name || host.endsWith(`.${name}`);
  });
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, "");
}

/**
 * A connection to `address` through the proxy. It is given the address that was looked up here, never the name: what a
 * name means is judged once, and not by the proxy, which may stand in a private network itself.
 */
export function tunnelTo(address: string, port: string, proxy: URL, signal: AbortSignal): Promise<Socket> {
  const target = `${address.includes(":") ? `[${address}]` : address}:${port}`;
  const { username, password } = proxy;
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
  const request = proxy.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    request({
      host: bare(proxy.hostname),
      port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
      method: "CONNECT",
      path: target,
      headers: { host: target, ...(username !== "" && { "proxy-authorization": `Basic ${login}` }) },
      agent: false,
      signal,
    })
      .once("connect", ({ statusCode }, socket: Socket) => {
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        const why = statusCode === 407 ? "it wants a login" : `it answered with HTTP ${statusCode}`;
        reject(new Error(`the proxy ${proxy.host} does not let it through: ${why}`));
      })
      .once("error", ({ message }) => reject(new Error(`the proxy ${proxy.host} cannot be used: ${message}`)))
      .end();
  });
}
