import { expect, test } from "vitest";
import * as z from "zod";
import { geminiSchema } from "../../src/models/gemini-schema.ts";

test("what Gemini does not read is dropped, at any depth", () => {
  const schema = z.toJSONSchema(
    z.object({
      path: z.string().min(1).regex(/x/).default("a").describe("Where"),
      lines: z.array(z.object({ n: z.int().positive() })).max(3),
    }),
  );
  const text = JSON.stringify(geminiSchema(schema));
  expect(text).not.toMatch(/\$schema|minLength|pattern|default|exclusiveM/);
  expect(geminiSchema(schema)).toMatchObject({
    type: "object",
    properties: {
      path: { type: "string", description: "Where" },
      lines: { type: "array", maxItems: 3, items: { properties: { n: { type: "integer", minimum: 1 } } } },
    },
    required: ["path", "lines"],
  });
});

test("names that look like words of the language are kept", () => {
  const schema = z.toJSONSchema(z.object({ default: z.string(), pattern: z.string() }));
  expect(geminiSchema(schema)).toMatchObject({
    properties: { default: { type: "string" }, pattern: { type: "string" } },
    required: ["default", "pattern"],
  });
});

test("constants become lists of one, choices become anyOf, and joined schemas one schema", () => {
  const schema = {
    oneOf: [{ const: "a" }, { const: 2 }, { const: true, type: "boolean" }],
    allOf: [{ description: "both" }],
  };
  expect(geminiSchema(schema)).toEqual({
    description: "both",
    anyOf: [{ enum: ["a"] }, { enum: [2] }, { type: "boolean" }],
  });
});
