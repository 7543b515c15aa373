import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type LookupFunction, type Socket, isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { allowedHost, type HostRule, parseHostRules } from "../core/host-rules.ts";
import { isPublic, lookupWhere } from "./public-address.ts";

/** The one way out of a sandbox: a proxy that connects to the hosts that the configuration names and to no others. */
export type HostGate = {
  /** Holds the socket of the proxy, for sandboxes without a network of their own. */
  readonly directory: string;
  readonly socket: string;
  /** The same proxy on the loopback interface, for sandboxes that share the network. */
  readonly port: number;
  /** Tells programs of the proxy at the port. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

/** Stays open without keeping the program alive. */
export async function openHostGate(hosts: readonly string[]): Promise<HostGate> {
  const rules = parseHostRules(hosts);
  const directory = await mkdtemp(join(tmpdir(), "massgen-gate-"));
  const socket = join(directory, "proxy");
  const sockets = new Set<Socket>();
  const servers = [socket, 0].map((where) => {
    const server = createServer((incoming, outgoing) => forward(rules, incoming, outgoing));
    server.on("connect", (incoming: IncomingMessage, client: Socket) => tunnel(rules, incoming, client));
    server.on("connection", (client: Socket) => {
      sockets.add(client);
      client.on("close", () => sockets.delete(client)).unref();
    });
    server.unref();
    return new Promise<typeof server>((resolve, reject) => {
      server.once("error", reject);
      const listening = (): void => resolve(server);
      if (typeof where === "string") server.listen(where, listening);
      else server.listen(where, "127.0.0.1", listening);
    });
  });
  const open = await Promise.all(servers);
  const port =
    open.map((server) => server.address() as string | AddressInfo).find((at) => typeof at !== "string")?.port ?? 0;
  return {
    directory,
    socket,
    port,
    env: proxyVariables(port),
    async close() {
      for (const client of sockets) client.destroy();
      await Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function proxyVariables(port: number): Readonly<Record<string, string>> {
  const proxy = `http://127.0.0.1:${port}`;
  const names = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"];
  return { ...Object.fromEntries(names.map((name) => [name, proxy])), NODE_USE_ENV_PROXY: "1" };
}

/**
 * A program for `node -e` inside of a sandbox that has a loopback interface of its own: it passes what comes to the
 * port on to the socket, and ends as the command in its arguments does.
 */
export function relay({ socket, port }: Pick<HostGate, "socket" | "port">): string {
  return `
    const { createServer, connect } = require("node:net");
    const [program, ...args] = process.argv.slice(1);
    const server = createServer((near) => {
      const far = connect(${JSON.stringify(socket)});
      for (const [one, other] of [[near, far], [far, near]]) one.on("error", () => other.destroy()).pipe(other);
    });
    server.listen(${port}, "127.0.0.1", () => {
      const child = require("node:child_process").spawn(program, args, { stdio: "inherit" });
      child.on("error", (error) => { console.error(error.message); process.exit(127); });
      child.on("exit", (code, signal) => signal ? process.exit(128 + require("node:os").constants.signals[signal]) : process.exit(code));
    });`;
}

/** A request of plain HTTP, as programs send it to a proxy: with the whole address. */
function forward(rules: readonly HostRule[], incoming: IncomingMessage, outgoing: ServerResponse): void {
  const url = URL.canParse(incoming.url ?? "") ? new URL(incoming.url ?? "") : undefined;
  const rule = url?.protocol === "http:" ? allowedHost(rules, url.hostname, Number(url.port || 80)) : undefined;
  if (!url || !rule) {
    outgoing.writeHead(403, { "content-type": "text/plain", connection: "close" }).end(refusal(url?.host));
    return;
  }
  const headers = { ...incoming.headers, host: url.host };
  const onward = request(
    url,
    { method: incoming.method, headers, lookup: publicLookup(rule), agent: false },
    (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    },
  );
  onward.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
  incoming.pipe(onward);
}

function tunnel(rules: readonly HostRule[], { url = "" }: IncomingMessage, client: Socket): void {
  const [, host = "", port = ""] = /^\[?([^\s/@]*?)\]?:(\d{1,5})$/.exec(url) ?? [];
  const rule = allowedHost(rules, host, Number(port));
  client.on("error", () => client.destroy());
  if (!rule) {
    client.end(`HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n${refusal(host)}`);
    return;
  }
  const far = connect({ host, port: Number(port), lookup: publicLookup(rule) }, () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    far.pipe(client).pipe(far);
  });
  far.on("error", () => client.destroy());
  client.on("close", () => far.destroy());
}

function refusal(host: string | undefined): string {
  return `massgen: ${host === undefined ? "this" : host} is not in sandbox_allowed_hosts.\n`;
}

/** A name that is allowed must not lead into the user's own network, unless the rule itself says where it leads. */
function publicLookup({ host }: HostRule): LookupFunction {
  const isLocal = host === "localhost" || isIP(host) !== 0;
  return lookupWhere(isLocal ? () => true : isPublic);
}
