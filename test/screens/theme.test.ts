import { expect, test } from "vitest";
import { coloursFor } from "../../components/theme.ts";

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
