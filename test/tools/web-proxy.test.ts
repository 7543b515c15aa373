import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { webFetchTool, type WebFetchOptions } from "../../src/tools/web-fetch.ts";
import { proxyFor } from "../../src/tools/web-proxy.ts";
import { failureOf, outputOf } from "./tool-rig.ts";

let served: string[] = [];
let asked: { readonly target: string; readonly login: string | undefined }[] = [];
let refusal = 0;

const site = createServer(({ headers, url }, response) => {
  served.push(`${headers.host}${url}`);
  if (url === "/away") response.writeHead(302, { location: "http://169.254.169.254/latest" }).end();
  else response.writeHead(200, { "content-type": "text/plain" }).end("the page");
});
const proxy = createServer((_, response) => response.writeHead(400).end());
proxy.on("connect", ({ url = "", headers }, client: Socket) => {
  asked.push({ target: url, login: headers["proxy-authorization"] });
  if (refusal !== 0) return void client.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
  const [host = "", port] = url.split(/:(?=\d+$)/);
  const there = connect(Number(port), host, () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    client.pipe(there).pipe(client);
  });
  for (const [one, other] of [
    [client, there],
    [there, client],
  ] as const)
    one.on("error", () => other.destroy());
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
beforeAll(async () => {
  for (const server of [site, proxy])
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
});
afterAll(() => {
  for (const server of [site, proxy]) {
    server.closeAllConnections();
    server.close();
  }
});
beforeEach(() => {
  served = [];
  asked = [];
  refusal = 0;
});

const LOOPBACK: WebFetchOptions = { mayConnect: (address) => address === "127.0.0.1" };
const page = (path = "/"): string => `http://localhost:${portOf(site)}${path}`;
const fetcher = (env: Readonly<Record<string, string>>, options: WebFetchOptions = LOOPBACK) =>
  webFetchTool({ ...options, env }, () => undefined);
const through = (login = ""): Readonly<Record<string, string>> => ({
  HTTP_PROXY: `http://${login}127.0.0.1:${portOf(proxy)}`,
});

describe("through a proxy", () => {
  test("a page is read from the address that was looked up here, under its own name", async () => {
    expect(await outputOf(fetcher(through()), { url: page("/a?b") })).toContain("the page");
    expect(asked).toEqual([{ target: `127.0.0.1:${portOf(site)}`, login: undefined }]);
    expect(served).toEqual([`localhost:${portOf(site)}/a?b`]);
  });

  test("nothing private is asked of it, by name or address, or behind a redirect", async () => {
    const strict = fetcher(through(), {});
    for (const url of [page(), `http://127.0.0.1:${portOf(site)}/`, "http://169.254.169.254/", "http://[::1]/"]) {
      expect(await failureOf(strict, { url })).toContain("private network");
    }
    expect(asked).toEqual([]);
    expect(await failureOf(fetcher(through()), { url: page("/away") })).toContain(
      "169.254.169.254 is in a private network",
    );
    expect(asked).toHaveLength(1);
  });

  test("a name that only the proxy could know is not left to it", async () => {
    const failure = await failureOf(fetcher(through()), { url: "http://intranet.invalid/" });
    expect(failure).toContain("its name is not known here, and is not left to a proxy");
    expect(asked).toEqual([]);
  });

  test("its login is given to it, and told to nobody else", async () => {
    const login = "me:p%40ss-42-word@";
    await outputOf(fetcher(through(login)), { url: page() });
    expect(asked[0]?.login).toBe(`Basic ${Buffer.from("me:p@ss-42-word").toString("base64")}`);
    refusal = 407;
    const failure = await failureOf(fetcher(through(login)), { url: page() });
    expect(failure).toContain(`the proxy 127.0.0.1:${portOf(proxy)} does not let it through: it wants a login`);
    expect(failure).not.toMatch(/42-word/);
  });

  test("what it refuses, or that it is not there, is said", async () => {
    refusal = 403;
    expect(await failureOf(fetcher(through()), { url: page() })).toContain("it answered with HTTP 403");
    const failure = await failureOf(fetcher({ http_proxy: "127.0.0.1:1" }), { url: page() });
    expect(failure).toContain("the proxy 127.0.0.1:1 cannot be used: ");
    expect(served).toEqual([]);
  });

  test("hosts in NO_PROXY are reached without it", async () => {
    const env = { ...through(), NO_PROXY: "example.org, localhost" };
    expect(await outputOf(fetcher(env), { url: page() })).toContain("the page");
    expect(asked).toEqual([]);
  });
});

const https = { HTTPS_PROXY: "http://proxy:3128", HTTP_PROXY: "http://other:3128" };

test.each([
  ["https://example.org/", https, "proxy:3128"],
  ["http://example.org/", https, "other:3128"],
  ["http://example.org/", { HTTPS_PROXY: "http://proxy:3128" }, undefined],
  ["https://example.org/", { ...https, https_proxy: "http://lower:1" }, "lower:1"],
  ["https://example.org/", { HTTPS_PROXY: "proxy:3128" }, "proxy:3128"],
  ["https://example.org/", { HTTPS_PROXY: "" }, undefined],
  ["https://example.org/", { ...https, NO_PROXY: "*" }, undefined],
  ["https://example.org/", { ...https, NO_PROXY: ".example.org" }, undefined],
  ["https://docs.example.org/", { ...https, no_proxy: "a.b example.org" }, undefined],
  ["https://docs.example.org/", { ...https, NO_PROXY: "*.example.org" }, undefined],
  ["https://evil-example.org/", { ...https, NO_PROXY: "example.org" }, "proxy:3128"],
  ["https://example.org/", { ...https, NO_PROXY: "example.org:8443" }, "proxy:3128"],
  ["https://example.org:8443/", { ...https, NO_PROXY: "example.org:8443" }, undefined],
  ["https://[2001:db8::1]/", { ...https, NO_PROXY: "[2001:db8::1]" }, undefined],
] as const)("%s with %j goes by %s", (url, env, wanted) => {
  expect(proxyFor(new URL(url), env)?.host).toBe(wanted);
});

test("a proxy of another kind is refused, and not gone around", async () => {
  const failure = await failureOf(fetcher({ HTTP_PROXY: "socks5://127.0.0.1:1080" }), { url: page() });
  expect(failure).toContain("HTTP_PROXY names no proxy that can be used");
  expect(served).toEqual([]);
});
