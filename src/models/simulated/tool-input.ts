import type { ToolSpec } from "../../core/model.ts";
import type { DraftCall } from "./draft.ts";

type Schema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
};

export function isOffered(tools: readonly ToolSpec[], name: string): boolean {
  return tools.some((tool) => tool.name === name);
}

/**
 * A call whose input fits the offered schema, or undefined when no such tool is offered. A key of `wanted` may name
 * alternatives ("query|pattern"): the first that the schema has is used. Values that do not fit are left out; required
 * strings that nothing was wanted for get `filler`.
 */
export function callTool(
  tools: readonly ToolSpec[],
  name: string,
  wanted: Readonly<Record<string, unknown>>,
  filler = "",
): DraftCall | undefined {
  const tool = tools.find((tool) => tool.name === name);
  if (!tool) return undefined;
  return { name, input: fitObject(tool.inputSchema, wanted, filler) };
}

/** The values that a property of the tool may take, or undefined when the schema does not say. */
export function allowedValues(tools: readonly ToolSpec[], name: string, property: string): string[] | undefined {
  const schema: Schema | undefined = tools.find((tool) => tool.name === name)?.inputSchema;
  const found = schema?.properties?.[property];
  const values = found?.enum ?? found?.items?.enum ?? (found?.const === undefined ? undefined : [found.const]);
  return values?.filter((value) => typeof value === "string");
}

function fitObject(schema: Schema, wanted: Readonly<Record<string, unknown>>, filler: string): Record<string, unknown> {
  const properties = schema.properties ?? {};
  const input: Record<string, unknown> = {};
  for (const [names, value] of Object.entries(wanted)) {
    const name = names.split("|").find((name) => Object.hasOwn(properties, name));
    if (name === undefined) continue;
    const fitting = fit(properties[name] ?? {}, value, filler);
    if (fitting !== undefined) input[name] = fitting;
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(input, name)) input[name] = blank(properties[name] ?? {}, filler);
  }
  return input;
}

function fit(schema: Schema, value: unknown, filler: string): unknown {
  if (value === undefined || value === null) return undefined;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.map((one) => fit(one, value, filler)).find((one) => one !== undefined);
  if (schema.const !== undefined) return schema.const === value ? value : undefined;
  if (schema.enum) return schema.enum.find((one) => one === value || sameWord(one, value));
  switch (typeOf(schema)) {
    case "string":
      return typeof value === "string" ? value : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "number":
    case "integer":
      return typeof value === "number" ? value : undefined;
    case "array": {
      const items = schema.items ?? {};
      const list = (Array.isArray(value) ? value : [value]).map((item: unknown) => fit(items, item, filler));
      const fitting = list.filter((item) => item !== undefined);
      return fitting.length > 0 ? fitting : undefined;
    }
    case "object":
      return fitToObject(schema, value, filler);
    default:
      return value;
  }
}

/** A path where an object with a path is wanted becomes that object. */
function fitToObject(schema: Schema, value: unknown, filler: string): unknown {
  if (typeof value === "string") {
    return Object.hasOwn(schema.properties ?? {}, "path") ? fitObject(schema, { path: value }, filler) : undefined;
  }
  if (typeof value !== "object" || Array.isArray(value)) return undefined;
  return schema.properties ? fitObject(schema, value as Record<string, unknown>, filler) : value;
}

function sameWord(a: unknown, b: unknown): boolean {
  return typeof a === "string" && typeof b === "string" && a.toLowerCase() === b.toLowerCase();
}

function blank(schema: Schema, filler: string): unknown {
  const first = (schema.anyOf ?? schema.oneOf)?.[0];
  if (first) return blank(first, filler);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  switch (typeOf(schema)) {
    case "boolean":
      return false;
    case "number":
    case "integer":
      return schema.minimum ?? 1;
    case "array":
      return [];
    case "object":
      return fitObject(schema, {}, filler);
    default:
      return filler;
  }
}

function typeOf(schema: Schema): string | undefined {
  const { type } = schema;
  return typeof type === "string" ? type : type?.find((one) => one !== "null");
}
