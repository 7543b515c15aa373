import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createRedactor, REDACTED } from "../../src/core/redact.ts";
import { defineTool } from "../../src/core/tool.ts";
import { toolThatSparesSecrets, toolWithoutSecrets } from "../../src/core/without-secrets.ts";

const KEY = 'Zx9"k/3+mVQ?8 w~Lr5&nT2';
const bytes = Buffer.from(KEY);

/** One secret as it may turn up: the forms of B11. */
const FORMS: Readonly<Record<string, string>> = {
  raw: KEY,
  base64: bytes.toString("base64"),
  "base64 of a header": Buffer.from(`user:${KEY}:x`).toString("base64"),
  base64url: Buffer.from(`id=${KEY}`).toString("base64url"),
  hex: bytes.toString("hex"),
  "upper-case hex": bytes.toString("hex").toUpperCase(),
  "URL-encoded": encodeURIComponent(KEY),
  "URL-encoded, lower case": encodeURIComponent(KEY).replace(/%../g, (code) => code.toLowerCase()),
  "JSON-escaped": JSON.stringify({ key: KEY }),
  "bEARER header": `authorization: bEARER ${KEY}`,
};

/** Keys that nobody told us of. */
const SHAPES: readonly string[] = [
  "sk-ant-api03-aB3dE5fG7hI9jK1lM3nO5pQ7",
  "sk-proj-aB3dE5fG7hI9_K1lM3nO5pQ7",
  "AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
  "ghp_aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5",
  "github_pat_11AAAAAAA0aB3dE5fG7hI9jK1lM3nO5pQ7",
  "xoxb-1234567890-abcdefghij",
  "AKIA1234567890ABCDEF",
  "gsk_aB3dE5fG7hI9jK1lM3nO5pQ7",
  "hf_aB3dE5fG7hI9jK1lM3nO5pQ7",
  "npm_aB3dE5fG7hI9jK1lM3nO5pQ7",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
  "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nb3Blbn==\n-----END RSA PRIVATE KEY-----",
];

const redactor = createRedactor([KEY]);

function streamed(pieces: readonly string[]): string {
  const stream = redactor.stream();
  return pieces.map((piece) => stream.push(piece)).join("") + stream.end();
}

describe("a secret that is known", () => {
  for (const [name, form] of Object.entries(FORMS)) {
    test(`is taken out as ${name}, whole or cut in two anywhere`, () => {
      const text = `before ${form} after`;
      const clean = redactor.text(text);
      expect(clean).toContain(REDACTED);
      for (let at = 0; at <= text.length; at++) {
        const stream = redactor.stream();
        const [first, second] = [stream.push(text.slice(0, at)), stream.push(text.slice(at))];
        expect(first + second + stream.end(), `cut at ${at}`).toBe(clean);
      }
      expect(streamed(Array.from(text)), "letter by letter").toBe(clean);
      expect(redactor.text(clean)).toBe(clean);
    });
  }

  test("is gone from names and values of JSON; what a provider has signed goes back to it unchanged or not at all", () => {
    const signed = { wire: "anthropic", parts: [{ thinking: "hm", signature: SHAPES[0] }] };
    expect(redactor.value({ a: [{ [`x ${KEY}`]: [KEY, 1, null] }], native: signed })).toEqual({
      a: [{ [`x ${REDACTED}`]: [REDACTED, 1, null] }],
      native: signed,
    });
    const spoilt = { ...signed, parts: [...signed.parts, { text: KEY }] };
    expect(redactor.value({ native: spoilt })).toEqual({ native: undefined });
    expect(redactor.value({ native: { parts: [{ text: KEY }] } })).toEqual({ native: { parts: [{ text: REDACTED }] } });
    const clean = { nothing: ["to", { take: "out" }] };
    expect(redactor.value(clean)).toBe(clean);
  });
});

describe("a key of a usual format", () => {
  for (const shape of SHAPES) {
    test(`${shape.slice(0, 12).replaceAll("\n", " ")}… is taken out, whole or cut in two anywhere`, () => {
      const text = `key="${shape}", and more`;
      const clean = `key="${REDACTED}", and more`;
      expect(redactor.text(text)).toBe(clean);
      for (let at = 0; at <= text.length; at++) {
        expect(streamed([text.slice(0, at), text.slice(at)]), `cut at ${at}`).toBe(clean);
      }
      expect(streamed(Array.from(text)), "letter by letter").toBe(clean);
    });
  }

  test.each([
    ["curl -H 'Authorization: Bearer abcdefgh12345678XYZ'", `curl -H 'Authorization: Bearer ${REDACTED}'`],
    ["git clone https://me:pa55word@host/x", `git clone https://me:${REDACTED}@host/x`],
  ])("%s", (text, clean) => {
    expect(redactor.text(text)).toBe(clean);
    expect(streamed(Array.from(text))).toBe(clean);
  });
});

test.each([
  "sk-learn and task-runner-with-a-very-long-name-but-no-number",
  "commit 4a98d893bd53c93dd4b20c31d66ba1a51e5a3c9f",
  "sha512-PlhdFcillOINfeV7Ni6oF1TAEayyZBoZ8bcshTHqOYJYlrqzRK5hagpagky5o4HfCzzd1TRkXPMFq6cKk9rGmA==",
  "https://example.com:8080/a@b and ssh://git@github.com/x/y.git",
  "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
  "the bearer of this letter, internationalisation, AIza, eyJ and ghp_ as words",
  "a: b; c:/d e::f",
])("is no secret: %s", (text) => {
  expect(redactor.text(text)).toBe(text);
  expect(streamed(Array.from(text))).toBe(text);
});

test("text without a secret is passed on as it comes, but for a word that may become one", () => {
  const stream = redactor.stream();
  expect(stream.push("The answer is 42, and")).toBe("The answer is 42, and");
  expect(stream.push(" see https://example.com/")).toBe(" see https://example.com/");
  expect(stream.push(" or ask s")).toBe(" or ask ");
  expect(stream.push("omebody")).toBe("somebody");
});

test("a tool gives back no secret, and does not write a text out of which one was taken", async () => {
  const written: string[] = [];
  const plain = defineTool({
    name: "write_file",
    description: "",
    capability: "write",
    input: z.object({ content: z.string() }),
    summary: ({ content }) => `write ${content}`,
    async run({ content }, { progress }) {
      written.push(content);
      progress(`writing ${KEY}`);
      return `wrote ${content}`;
    },
  });
  const tool = toolThatSparesSecrets(toolWithoutSecrets(plain, redactor));
  const shown: string[] = [];
  const context = { signal: new AbortController().signal, progress: (text: string) => void shown.push(text) };
  expect(await tool.run({ content: KEY }, context)).toBe(`wrote ${REDACTED}`);
  expect(tool.summary({ content: KEY })).toBe(`write ${REDACTED}`);
  await expect(tool.run({ content: `key: ${REDACTED}` }, context)).rejects.toThrow("would overwrite it");
  expect(written).toEqual([KEY]);
  expect(shown).toEqual([`writing ${REDACTED}`]);
});

test("a key that never ends is not kept for ever", () => {
  const stream = redactor.stream();
  const out = Array.from({ length: 100 }, () => stream.push(`sk-1${"a".repeat(1000)}`)).join("");
  expect(out).toContain(REDACTED);
  expect(stream.end().length).toBeLessThan(70_000);
});
