import { expect, test } from "vitest";
import { placeImage } from "../../components/screen/press-image.ts";
import type { Effect } from "../../components/screen/pressed.ts";
import type { View } from "../../components/screen/screen-state.ts";
import { type Image, imageLabel } from "../../src/core/image.ts";
import { type ChatState, newChat } from "../../src/core/chat/state.ts";
import { idleLead } from "../helpers/front-end.ts";
import { NOW } from "./situations.ts";
import { key, pasted, pressAll, typed, viewOf } from "./views.ts";

const image: Image = {
  hash: "a".repeat(64),
  mediaType: "image/png",
  bytes: 83_000,
  width: 640,
  height: 480,
  name: "Image 1",
};
const LABEL = "[Image 1 · 640×480 · 83 kB]";

/** As the shell does when the image was read. */
function arrive({ view, effects }: { view: View; effects: readonly Effect[] }): View {
  const asked = effects.find((effect) => effect.do === "attach_image");
  if (asked?.do !== "attach_image") throw new Error("No image was asked for");
  return { ...view, screen: placeImage(view.screen, image, asked) };
}

test("the label says what the image is", () => {
  expect(imageLabel(image)).toBe(LABEL);
});

test("a complete @image becomes a label, and what is typed meanwhile goes on behind it", () => {
  const asked = pressAll(viewOf(), [typed("see @docs/mock.png"), typed(" an")]);
  expect(asked.effects).toContainEqual({
    do: "attach_image",
    source: { path: "docs/mock.png" },
    replaces: "@docs/mock.png",
    quiet: false,
  });
  const { view, effects } = pressAll(arrive(asked), [typed("d tell me"), key("enter")]);
  const text = `see ${LABEL} and tell me`;
  expect(effects[0]).toEqual({ do: "send", command: { do: "say", text, images: [image] } });
  expect(view.screen.editor.text).toBe("");
});

test("a label is one character: backspace takes it out, and the image with it", () => {
  const there = arrive(pressAll(viewOf(), [typed("see @mock.png ")]));
  const { view, effects } = pressAll(there, [key("backspace"), key("backspace"), typed("it"), key("enter")]);
  expect(effects[0]).toEqual({ do: "send", command: { do: "say", text: "see it" } });
  expect(view.screen.images).toHaveLength(1);
});

test("undo brings the word back and does not ask again; Ctrl+O puts it there, too", () => {
  const there = arrive(pressAll(viewOf(), [typed("see @mock.png ")]));
  const undone = pressAll(there, [key("ctrl+_")]);
  expect(undone.view.screen.editor.text).toBe("see @mock.png ");
  expect(undone.effects).toEqual([]);
  expect(pressAll(there, [key("left"), key("ctrl+o")]).view.screen.editor.text).toBe("see @mock.png ");
});

test("a dropped file is asked for, and its path stays until the image is there", () => {
  const dropped = pressAll(viewOf(), [pasted("'/tmp/my shot.png'")]);
  expect(dropped.view.screen.editor.text).toBe("'/tmp/my shot.png'");
  expect(dropped.effects).toEqual([
    { do: "attach_image", source: { path: "/tmp/my shot.png" }, replaces: "'/tmp/my shot.png'", quiet: true },
  ]);
  const { screen } = arrive(dropped);
  expect(screen.editor).toMatchObject({ text: `${LABEL} `, cursor: LABEL.length + 1 });
});

test.each(["ctrl+v", "alt+v"])("%s asks for the clipboard, and the label comes where the cursor is", (chord) => {
  const asked = pressAll(viewOf(), [typed("ab"), key("left"), key(chord)]);
  expect(asked.effects).toEqual([{ do: "attach_image", source: "clipboard", replaces: undefined, quiet: false }]);
  const there = arrive(asked);
  expect(there.screen.editor.text).toBe(`a${LABEL} b`);
  const shown = pressAll(there, [key("left"), key("ctrl+o")]).view.screen;
  expect(shown.notice).toContain("backspace takes it out");
});

test("an image that comes when its word is gone is not wanted", () => {
  const asked = pressAll(viewOf(), [typed("@mock.png "), key("ctrl+u")]);
  expect(arrive(asked).screen).toMatchObject({ images: [], editor: { text: "" } });
});

test("commands take no images, and say so", () => {
  expect(pressAll(viewOf(), [typed("/run look at @mock.png "), typed("x")]).effects).toEqual([]);
  const there = arrive(pressAll(viewOf(), [key("ctrl+v")]));
  const { view, effects } = pressAll(there, [key("home"), typed("/run "), key("enter")]);
  expect(effects).toEqual([]);
  expect(view.screen.notice).toContain("not with a command");
});

test("what was shown before goes with a message that names it again, and with the team that it is handed to", () => {
  const chat: ChatState = {
    ...newChat,
    items: [{ id: 1, at: 0, kind: "user", text: `see ${LABEL}`, images: [image] }],
  };
  const again = pressAll(viewOf({ chat }), [typed(`${LABEL} again`), key("enter")]);
  expect(again.effects[0]).toMatchObject({ command: { do: "say", images: [image] } });
  const { effects } = pressAll(viewOf({ chat }), [key("ctrl+t"), key("enter")]);
  expect(effects[0]).toMatchObject({ command: { do: "call", input: { task: `see ${LABEL}` } } });
});

test("a queued or recalled message still has its image", () => {
  const busy = viewOf({ lead: { ...idleLead, activity: "writing", since: NOW } });
  const there = arrive(pressAll(busy, [key("ctrl+v")]));
  const sent = pressAll(there, [typed("look"), key("enter")]);
  const recalled = pressAll({ ...sent.view, history: [`${LABEL} look`] }, [key("up"), key("enter")]);
  expect(recalled.effects[0]).toEqual({
    do: "send",
    command: { do: "say", text: `${LABEL} look`, images: [image] },
  });
});
