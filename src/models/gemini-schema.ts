type Schema = Record<string, unknown>;

/** What Gemini reads of JSON Schema; it refuses declarations that hold anything else. */
const KNOWN = new Set([
  "$id",
  "$defs",
  "$ref",
  "$anchor",
  "type",
  "format",
  "title",
  "description",
  "enum",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "anyOf",
  "properties",
  "additionalProperties",
  "required",
]);

/** The schema in Gemini's subset. What has no equal there is dropped: our own check of the input stays complete. */
export function geminiSchema(schema: Schema): Schema {
  const translated = translate(schema);
  return Object.fromEntries(Object.entries(translated).flatMap(([key, value]) => entry(key, value)));
}

function translate({ const: constant, oneOf, allOf, exclusiveMinimum, exclusiveMaximum, ...rest }: Schema): Schema {
  const whole = rest["type"] === "integer";
  const parts = Array.isArray(allOf) ? Object.assign({}, ...allOf.filter(isSchema).map(translate)) : {};
  return {
    ...parts,
    ...rest,
    // Only strings and numbers may be listed.
    ...((typeof constant === "string" || typeof constant === "number") && { enum: [constant] }),
    ...(Array.isArray(oneOf) && { anyOf: oneOf }),
    ...(whole && typeof exclusiveMinimum === "number" && { minimum: exclusiveMinimum + 1 }),
    ...(whole && typeof exclusiveMaximum === "number" && { maximum: exclusiveMaximum - 1 }),
  };
}

function entry(key: string, value: unknown): [string, unknown][] {
  if (!KNOWN.has(key)) return [];
  // Here the keys are names of the user, not words of the language.
  if ((key === "properties" || key === "$defs") && isSchema(value)) {
    return [[key, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, nested(inner)]))]];
  }
  if (key === "enum" || key === "required" || key === "type") return [[key, value]];
  return [[key, nested(value)]];
}

function nested(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(nested);
  return isSchema(value) ? geminiSchema(value) : value;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
