import { expect, test } from "vitest";
import { withNames } from "../../src/core/run/names.ts";

test("people read the names of the configuration where agents wrote numbers", () => {
  const agents = [{ id: "zoe" }, { id: "abe" }];
  expect(withNames("agent2 is thinner than agent1.2", agents)).toBe("abe is thinner than zoe 1.2");
  expect(withNames("agent9, agents and myagent1 stay", agents)).toBe("agent9, agents and myagent1 stay");
});
