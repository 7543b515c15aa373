import type { Editor } from "./editor.ts";
import type { Register, Vim } from "./vim-state.ts";

/** What was just cut or copied, kept under its letter, too; behind what is there for a capital one. */
export function keepIn(vim: Vim, letter: string, { cut, cutLines }: Editor): Vim {
  if (letter === "") return vim;
  const name = letter.toLowerCase();
  const before = letter === name ? undefined : registerOf(vim, name);
  const kept: Register = before ? joined(before, { text: cut, lines: cutLines }) : { text: cut, lines: cutLines };
  return { ...vim, registers: { ...vim.registers, [name]: kept } };
}

/** The editor as it would be had the register been cut last; undefined when there is nothing in it. */
export function withRegister(vim: Vim, letter: string, editor: Editor): Editor | undefined {
  if (letter === "") return editor;
  const found = registerOf(vim, letter.toLowerCase());
  return found && { ...editor, cut: found.text, cutLines: found.lines };
}

function registerOf({ registers }: Vim, name: string): Register | undefined {
  return Object.hasOwn(registers, name) ? registers[name] : undefined;
}

function joined(before: Register, more: Register): Register {
  const lines = before.lines || more.lines;
  const between = lines && !before.text.endsWith("\n") ? "\n" : "";
  return { text: before.text + between + more.text, lines };
}
