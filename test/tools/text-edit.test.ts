import { expect, test } from "vitest";
import { FaultError } from "../../src/core/fault.ts";
import { editText } from "../../src/tools/text-edit.ts";

const edit = (before: string, old_text: string, new_text: string): string =>
  editText(before, { old_text, new_text }, "a.js").after;

const TABS = "function a() {\n\tif (x) {\n\t\treturn 1;\n\t}\n}\n";

test("every level of the new text is indented as the place is, not the first alone", () => {
  expect(edit(TABS, "  if (x) {\n    return 1;\n  }", "  if (y) {\n    return 2;\n  }")).toBe(
    "function a() {\n\tif (y) {\n\t\treturn 2;\n\t}\n}\n",
  );
  const spaces = TABS.replaceAll("\t", "    ");
  expect(edit(spaces, "if (x) {\n  return 1;\n}", "if (y) {\n  return 2;\n  // two\n}")).toBe(
    "function a() {\n    if (y) {\n        return 2;\n        // two\n    }\n}\n",
  );
});

test("a level that the old text does not have is added to the nearest one above it", () => {
  expect(edit("\ta();\n\tb();\n", "  a();", "  if (x)\n    a();")).toBe("\tif (x)\n\t  a();\n\tb();\n");
});

test.each([
  ["say(“one”);\n", 'say("one");', "say(“one”);"],
  ["it’s — so\n", "it's - so", "it’s — so"],
  ["a\u00a0b\n", "a b", "a\u00a0b"],
])("quotes, dashes and blanks of typesetters in %j are found by plain ones", (before, wanted) => {
  const edited = editText(before, { old_text: wanted, new_text: "new" }, "a.md");
  expect(edited).toEqual({ after: "new\n", lines: "line 1", inexact: true });
});

test("what stands there exactly is taken before what only looks alike, and two that look alike are none", () => {
  expect(edit('“a”\n"a"\n', '"a"', "b")).toBe("“a”\nb\n");
  expect(() => edit("“a”\n”a“\n", '"a"', "b")).toThrow(FaultError);
});
