import { describe, expect, test } from "vitest";
import type { Loaded } from "../../components/screen/loaded.ts";
import { filesFound } from "../../components/screen/press-rewind.ts";
import type { FilesBack } from "../../src/core/front-end.ts";
import { newPicker, newScreen, type SessionPicker, type View } from "../../components/screen/screen-state.ts";
import { type Checkpoint, newChat } from "../../src/core/chat/state.ts";
import { NOW, pastSession } from "./situations.ts";
import { drawn, key, pressAll, typed, viewOf } from "./views.ts";

const sessions = { is: "there", value: [pastSession("a", "talk a"), pastSession("b", "talk b")] } as const;

function picking(picker: Partial<SessionPicker> = {}): View {
  return viewOf({ screen: { ...newScreen, overlay: { ...newPicker, sessions, ...picker } } });
}

test("the list of sessions shows what was said last in the picked one, and opens what the arrows chose", () => {
  const view = picking();
  expect(drawn(view)).toMatch(
    /❯ talk a .*grpc · 2 turns · yesterday\n +❯ last said in a\n +last answered in a\n +talk b/,
  );
  expect(pressAll(view, [key("down"), key("enter")]).effects).toEqual([
    { do: "open_session", target: { kind: "existing", id: "b" } },
  ]);
  expect(pressAll(view, [key("escape")]).view.screen.overlay).toBeUndefined();
});

test("what is typed searches, each state of it once; Enter opens a hit and never sends the words to the lead", () => {
  const { view, effects } = pressAll(picking(), [typed("f"), typed("lag"), key("left")]);
  expect(effects).toEqual([
    { do: "load_sessions", query: "f" },
    { do: "load_sessions", query: "flag" },
  ]);
  expect(drawn(view)).toContain("Sessions with “flag”");
  const hit = { ...pastSession("c", "talk c"), match: "… the feature flag is off …" };
  const found = picking({ query: "flag", sessions: { is: "there", value: [hit] } });
  expect(drawn(found)).toContain("… the feature flag is off …");
  const none = {
    ...view,
    screen: { ...view.screen, overlay: { ...newPicker, query: "flag", sessions: { is: "there", value: [] } } },
  } as View;
  expect(pressAll(none, [key("enter")]).effects).toEqual([]);
  expect(pressAll(none, [key("escape")]).view.screen).toMatchObject({ overlay: undefined, editor: { text: "" } });
});

test("Alt+R renames the picked session in the composer; Esc leaves it as it was", () => {
  const renaming = pressAll(picking({ query: "" }), [key("down"), key("alt+r")]);
  expect(renaming.view.screen).toMatchObject({ editor: { text: "talk b" }, overlay: { renames: "b" } });
  const done = pressAll(renaming.view, [key("ctrl+u"), typed("Release talk"), key("enter")]);
  expect(done.effects).toEqual([{ do: "rename_session", id: "b", title: "Release talk", query: "" }]);
  expect(done.view.screen).toMatchObject({ editor: { text: "" }, overlay: { renames: undefined } });
  const left = pressAll(renaming.view, [key("escape")]);
  expect(left).toMatchObject({
    effects: [],
    view: { screen: { editor: { text: "" }, overlay: { renames: undefined } } },
  });
});

test("Esc twice on an empty line lists the messages to go back to; Enter goes there and puts the text into the composer", () => {
  const place = (seq: number, text: string): Checkpoint => ({
    seq,
    at: NOW - seq,
    text,
    epoch: 0,
    messages: seq,
    held: [],
  });
  const chat = { ...newChat, checkpoints: [place(1, "First question"), place(9, "Second question")] };
  const open = pressAll(viewOf({ chat }), [key("escape"), key("escape")]);
  expect(drawn(open.view)).toMatch(/Go back to before a message[^]*❯ Second question[^]*First question/);
  const asked = pressAll(open.view, [key("down"), key("enter"), key("enter")]);
  const [first] = chat.checkpoints;
  expect(asked.effects).toEqual([{ do: "load_files_back", place: first }]);
  const back = filesFound(asked.view.screen, first as Checkpoint, filesBack({ runs: [], lines: [] }));
  expect(back.effects).toEqual([{ do: "send", command: { do: "rewind", to: 1, what: "conversation" } }]);
  expect(back.screen).toMatchObject({ overlay: undefined, editor: { text: "First question" } });
  expect(pressAll(viewOf(), [key("escape"), key("escape")]).view.screen.overlay).toBeUndefined();
  expect(pressAll(viewOf(), [typed("/rewind"), key("enter")]).view.screen.notice).toBe(
    "there is nothing to go back to yet",
  );
});

describe("where runs have changed files since the message", () => {
  const place: Checkpoint = { seq: 1, at: NOW, text: "Add a flag", epoch: 0, messages: 0, held: [] };
  const choosing = (files: Partial<FilesBack>): View => {
    const view = viewOf({
      chat: { ...newChat, checkpoints: [place] },
      screen: {
        ...newScreen,
        overlay: { kind: "rewind_what", top: 0, picked: 0, place, files: { is: "loading" } },
      },
    });
    return { ...view, screen: filesFound(view.screen, place, filesBack(files)).screen };
  };
  const rewound = (view: View, ...strokes: Parameters<typeof pressAll>[1]): unknown =>
    pressAll(view, [...strokes, key("enter")]).effects.map((effect) => effect.do === "send" && effect.command);

  test("the choice is shown with what becomes of each file; the conversation alone comes first", () => {
    const view = choosing({ runs: [3, 2], lines: ["M src/a.ts", "D src/new.ts"] });
    expect(drawn(view)).toMatch(
      /Go back to before “Add a flag”[^]*❯ the conversation; files stay as they are\n +the conversation and the files\n +the files; the conversation stays/,
    );
    expect(drawn(view)).toMatch(/what run 3, run 2 changed is taken back[^]*M src\/a\.ts\n +D src\/new\.ts/);
    expect(rewound(view)).toEqual([{ do: "rewind", to: 1, what: "conversation" }]);
    expect(rewound(view, key("down"))).toEqual([{ do: "rewind", to: 1, what: "both" }]);
    expect(rewound(view, key("down"), key("down"), key("down"))).toEqual([{ do: "rewind", to: 1, what: "files" }]);
    expect(pressAll(view, [key("escape")]).view.screen.overlay).toMatchObject({ kind: "rewind" });
    expect(pressAll(view, [key("down"), key("down"), key("enter")]).view.screen.editor.text).toBe("");
  });

  test("files that were edited since stay, with the reason, and only the conversation can go back", () => {
    const view = choosing({ runs: [2], lines: ["M a"], refusal: "a was edited after run 2 was applied" });
    expect(drawn(view)).toContain("✖ Your files stay as they are: a was edited after run 2 was applied.");
    expect(drawn(view)).toMatch(/\/undo 2\s+keeps what you changed/);
    expect(drawn(view)).not.toContain("and the files");
    expect(rewound(view, key("down"))).toEqual([{ do: "rewind", to: 1, what: "conversation" }]);
  });

  test("Enter waits until the files were looked at", () => {
    const loading = {
      ...newScreen,
      overlay: { kind: "rewind_what", top: 0, picked: 0, place, files: { is: "loading" } },
    };
    const view = viewOf({ screen: loading as View["screen"] });
    expect(drawn(view)).toContain("looking at your files …");
    expect(rewound(view)).toEqual([]);
  });
});

function filesBack(files: Partial<FilesBack>): Loaded<FilesBack> {
  return { is: "there", value: { runs: [], lines: [], refusal: undefined, ...files } };
}
