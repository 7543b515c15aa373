import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyFor, loadKeys, resolveModelSpec, type Keys } from "../../src/app/keys.ts";
import { loadConfig } from "../../src/app/load-config.ts";
import { isTrusted, trust } from "../../src/app/trust.ts";
import { FaultError, toFault } from "../../src/core/fault.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "massgen-keys-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const keysOf = (all: Record<string, string>): Keys => ({
  find: (variable) => all[variable],
  whence: () => "",
  secrets: () => [],
});

/** A key of every provider, so that a test sees which one would be sent. */
const everyKey: Keys = {
  find: (variable) => (/^[A-Z_]+_KEY$/.test(variable) ? `the ${variable}` : undefined),
  whence: () => "",
  secrets: () => [],
};

async function resolve(backend: string, keys: Keys, dryRun = false) {
  await writeFile(join(root, "team.yaml"), `agents:\n  - id: ada\n    backend: { ${backend} }\n`);
  const { config } = await loadConfig("team.yaml", { cwd: root, env: {} });
  const [agent] = config.agents;
  if (!agent) throw new Error("No agent");
  return resolveModelSpec(agent, keys, config, { dryRun });
}

describe("where keys are from", () => {
  test("the environment comes before ./.env, and that before the user's own; empty counts as not set", async () => {
    const cwd = join(root, "project");
    const config = join(root, "home", ".config", "massgen");
    await mkdir(cwd, { recursive: true });
    await mkdir(config, { recursive: true });
    await writeFile(join(cwd, ".env"), 'A_KEY=folder\nB_KEY="folder b" # mine\nexport D_KEY=folder\n');
    await writeFile(join(config, ".env"), "A_KEY=user\nB_KEY=user\nC_KEY=user\nE_KEY=\n");
    const env = { HOME: join(root, "home"), A_KEY: "real", C_KEY: "" };
    const trusted = loadKeys({ env, cwd, trusted: true });
    expect(["A_KEY", "B_KEY", "C_KEY", "D_KEY", "E_KEY", "F_KEY", "toString"].map(trusted.find)).toEqual([
      "real",
      "folder b",
      "user",
      "folder",
      undefined,
      undefined,
      undefined,
    ]);
    const untrusted = loadKeys({ env, cwd, trusted: false });
    expect(["A_KEY", "B_KEY", "D_KEY"].map(untrusted.find)).toEqual(["real", "user", undefined]);
  });

  test("printing keys shows none of them", async () => {
    const keys = loadKeys({ env: { A_KEY: "secret" }, cwd: root, trusted: false });
    expect(JSON.stringify(keys)).not.toContain("secret");
  });

  test("a file of keys that cannot be read is an error with what to do", async () => {
    const cwd = join(root, "loop");
    await mkdir(cwd);
    await symlink(".env", join(cwd, ".env"));
    const read = (): Keys => loadKeys({ env: { HOME: root }, cwd, trusted: true });
    expect(read).toThrow(FaultError);
    expect(read).toThrow(/\.env cannot be read: ELOOP/);
  });
});

describe("which key goes where", () => {
  /** Backend; the key that is sent. */
  const SENT: readonly (readonly [string, string])[] = [
    ["type: openai", "the OPENAI_API_KEY"],
    ["type: openai, base_url: 'https://api.openai.com/v1'", "the OPENAI_API_KEY"],
    ["type: openai, base_url: 'https://eu.api.openai.com/v1'", "the OPENAI_API_KEY"],
    ["type: claude", "the ANTHROPIC_API_KEY"],
    ["type: gemini", "the GOOGLE_API_KEY"],
    ["type: groq", "the GROQ_API_KEY"],
    ["type: chatcompletion, model: m", "the OPENAI_API_KEY"],
    ["type: chatcompletion, model: m, base_url: 'https://api.cerebras.ai/v1'", "the CEREBRAS_API_KEY"],
    ["type: chatcompletion, model: m, base_url: 'https://openrouter.ai/api/v1'", "the OPENROUTER_API_KEY"],
    ["type: chatcompletion, model: m, base_url: 'https://open.bigmodel.cn/api/paas/v4'", "the ZAI_API_KEY"],
    ["type: moonshot, base_url: 'https://api.moonshot.ai/v1'", "the MOONSHOT_API_KEY"],
    ["type: chatcompletion, model: m, base_url: 'https://llm.example.com/v1', api_key_env: MY_KEY", "the MY_KEY"],
    ["type: chatcompletion, model: m, base_url: 'https://llm.example.com/v1', api_key: '${MY_KEY}'", "the MY_KEY"],
    ["type: chatcompletion, model: m, base_url: 'https://llm.example.com/v1', api_key: plain", "plain"],
    ["type: claude, api_key_env: OTHER_KEY", "the OTHER_KEY"],
    ["type: azure_openai, model: m, base_url: 'https://r.openai.azure.com'", "the AZURE_OPENAI_API_KEY"],
    ["type: chatcompletion, model: m, base_url: 'http://localhost:9/v1'", "none"],
    ["type: openai, base_url: 'http://127.0.0.1:9/v1'", "none"],
    ["type: openai, base_url: 'http://[::1]:9/v1'", "none"],
    ["type: openai, base_url: 'http://127.0.0.1:9/v1', api_key_env: MY_KEY", "the MY_KEY"],
    ["type: ollama, model: m", "none"],
    ["type: ollama, model: m, base_url: 'http://10.0.0.5:11434/v1'", "none"],
  ];
  test.each(SENT)("{ %s } is sent %s", async (backend, key) => {
    expect((await resolve(backend, everyKey)).apiKey).toBe(key);
  });

  /** Nobody else gets a key that was not named for them, however much the address resembles. */
  test.each([
    "type: chatcompletion, model: m, base_url: 'https://llm.example.com/v1'",
    "type: openai, base_url: 'https://llm.example.com/v1'",
    "type: claude, base_url: 'https://proxy.example.com'",
    "type: grok, base_url: 'https://api.openai.com/v1'",
    "type: openai, base_url: 'http://api.openai.com/v1'",
    "type: openai, base_url: 'https://api.openai.com.evil.example/v1'",
    "type: openai, base_url: 'https://evilapi.openai.com.example/v1'",
    "type: openai, base_url: 'https://notapi-openai.com/v1'",
    "type: chatcompletion, model: m, base_url: 'https://fakenebius.com/v1'",
    "type: openai, base_url: 'https://localhost.evil.example/v1'",
    "type: openai, base_url: 'https://127.0.0.1.evil.example/v1'",
    "type: openai, base_url: 'https://${HOST}/v1'",
  ])("{ %s } gets no key", async (backend) => {
    const fault = toFault(await resolve(backend, everyKey).catch((error: unknown) => error));
    expect(fault).toMatchObject({ code: "config" });
    expect(fault.message).toMatch(/^team.yaml:3:5 {2}agent "ada" talks to http.*, and no key is named for it$/);
    expect(fault.hint).toContain("api_key_env");
    expect(JSON.stringify(fault)).not.toContain("the OPENAI_API_KEY");
  });

  test("of several variables of a provider, the first that is set counts, and the first is named when none is", () => {
    const backend = { type: "gemini", baseUrl: undefined, apiKey: undefined, apiKeyEnv: undefined };
    expect(keyFor(backend, keysOf({ GEMINI_API_KEY: "g" }))).toEqual({ key: "g", variable: "GEMINI_API_KEY" });
    expect(keyFor(backend, keysOf({ GEMINI_API_KEY: "g", GOOGLE_API_KEY: "h" })).key).toBe("h");
    expect(keyFor(backend, keysOf({}))).toEqual({ variable: "GOOGLE_API_KEY" });
  });

  test.each([
    ["type: openai", "OPENAI_API_KEY"],
    ["type: claude, api_key: '${MY_KEY}'", "MY_KEY"],
    ["type: claude, api_key_env: MY_KEY", "MY_KEY"],
  ])("without the key of { %s }, the error names %s, the place and two ways out", async (backend, variable) => {
    const fault = toFault(await resolve(backend, keysOf({})).catch((error: unknown) => error));
    expect(fault.code).toBe("config");
    expect(fault.message).toMatch(new RegExp(`^team.yaml:3:5 {2}agent "ada" uses \\w+, but ${variable} is not set$`));
    expect(fault.hint).toContain(`export ${variable}=…`);
    expect(fault.hint).toContain("--dry-run");
  });
});

describe("the model of an agent", () => {
  test("carries address, options, limits and the agent's id", async () => {
    expect(await resolve("type: groq, temperature: 0.5, seed: 4", everyKey)).toEqual({
      agentId: "ada",
      type: "groq",
      model: "llama-3.3-70b-versatile",
      baseUrl: "https://api.groq.com/openai/v1",
      apiKey: "the GROQ_API_KEY",
      options: { temperature: 0.5, seed: 4 },
      seed: 4,
      idleTimeoutMs: 120_000,
    });
  });

  test("of chatcompletion without an address is at OpenAI, where its key belongs", async () => {
    const spec = await resolve("type: chatcompletion, model: m", everyKey);
    expect(spec).toMatchObject({ baseUrl: "https://api.openai.com/v1", apiKey: "the OPENAI_API_KEY" });
  });

  test("is simulated in a dry run, whatever it is and without any key", async () => {
    const spec = await resolve("type: claude, api_key: '${NOT_SET}', temperature: 1", keysOf({}), true);
    expect(spec).toEqual({
      agentId: "ada",
      type: "simulated",
      model: "simulated",
      options: {},
      seed: undefined,
      idleTimeoutMs: 120_000,
    });
  });

  test("keeps its scenario and pace when it is simulated anyway", async () => {
    const spec = await resolve("type: simulated, scenario: s.yaml, latency_ms: 3", keysOf({}), true);
    expect(spec).toMatchObject({ scenario: join(root, "s.yaml"), options: { latency_ms: 3 } });
  });
});

test("a folder is trusted by its real path, alone, and until its owner's settings are broken", async () => {
  const env = { XDG_CONFIG_HOME: join(root, "xdg") };
  const folder = join(root, "a.b", "project");
  await mkdir(join(folder, "inner"), { recursive: true });
  expect(await isTrusted(folder, env)).toBe(false);
  await trust(folder, env);
  await trust(folder, env);
  expect(await isTrusted(join(folder, "inner", ".."), env)).toBe(true);
  expect(await isTrusted(join(folder, "inner"), env)).toBe(false);
  await writeFile(join(folder, "AGENTS.md"), "new");
  expect(await isTrusted(folder, env)).toBe(false);
  await trust(folder, env);
  expect(await isTrusted(folder, env)).toBe(true);
  await writeFile(join(root, "xdg", "massgen", "trust.json"), "{ broken");
  expect(await isTrusted(folder, env)).toBe(false);
});
