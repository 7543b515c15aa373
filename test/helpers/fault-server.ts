import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";

export type FaultServer = {
  readonly url: string;
  /** Headers and path of every request that arrived. */
  readonly requests: readonly { readonly url: string; readonly headers: IncomingHttpHeaders }[];
  /** Resolves when the next client gives up its connection. */
  readonly gone: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Called once per request, with its number from 1. Whatever is written to the socket is all that the client gets. */
export type FaultScript = (socket: Socket, number: number) => void | Promise<void>;

/** A server whose answers are raw bytes: it reads requests properly and does anything at all in return. */
export async function startFaultServer(script: FaultScript): Promise<FaultServer> {
  const requests: { url: string; headers: IncomingHttpHeaders }[] = [];
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  const server = createServer((request) => {
    requests.push({ url: request.url ?? "", headers: request.headers });
    const { socket } = request;
    const number = requests.length;
    request.resume().on("end", () => void script(socket, number));
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      waiting.shift()?.();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    gone: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A complete HTTP response, the connection closed after it. */
export function httpResponse(status: number, headers: Readonly<Record<string, string>>, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ "content-length": String(bytes.length), connection: "close", ...headers });
  const head = `HTTP/1.1 ${status} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** The head of a stream of events that ends when the connection does. */
export const EVENT_STREAM = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/** A port of this machine on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
