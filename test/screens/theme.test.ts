import { expect, test } from "vitest";
import { coloursFor, isGroundWanted } from "../../components/theme.ts";

test.each([
  ["nothing said", undefined, {}, "yellow"],
  ["a light terminal", undefined, { COLORFGBG: "0;15" }, "magenta"],
  ["a light terminal with three fields", "auto", { COLORFGBG: "0;default;7" }, "magenta"],
  ["a dark terminal", "auto", { COLORFGBG: "15;0" }, "yellow"],
  ["a dark grey one", "auto", { COLORFGBG: "15;8" }, "yellow"],
  ["no word of the background", "auto", { COLORFGBG: "15;" }, "yellow"],
  ["light, whatever the terminal says", "light", { COLORFGBG: "15;0" }, "magenta"],
  ["none", "none", {}, undefined],
  ["NO_COLOR above all", "light", { NO_COLOR: "1" }, undefined],
  ["an empty NO_COLOR", "dark", { NO_COLOR: "" }, "yellow"],
])("colours with %s", (_name, theme, env, warn) => {
  expect(coloursFor(theme, env)?.warn).toBe(warn);
});

test.each([
  ["says it is light", undefined, {}, "light", "magenta"],
  ["says it is dark", "auto", {}, "dark", "yellow"],
  ["says another thing than its environment", undefined, { COLORFGBG: "15;0" }, "light", "yellow"],
  ["says another thing than the user", "dark", {}, "light", "yellow"],
] as const)("colours on a terminal that %s", (_name, theme, env, said, warn) => {
  expect(coloursFor(theme, env, said)?.warn).toBe(warn);
});

test.each([
  ["nothing is known", undefined, {}, true],
  ["the environment says nothing usable", "auto", { COLORFGBG: "default;default" }, true],
  ["the user has chosen", "light", {}, false],
  ["the environment says it", undefined, { COLORFGBG: "0;15" }, false],
  ["there are no colours", undefined, { NO_COLOR: "1" }, false],
])("the terminal is asked when %s: %s %j", (_name, theme, env, wanted) => {
  expect(isGroundWanted(theme, env)).toBe(wanted);
});
