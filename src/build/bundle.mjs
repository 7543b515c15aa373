// Bundles the program into dist/: one split ES module build whose heavy parts load when they are needed.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
// Built beside and then put in place: a build that fails leaves the old one.
const out = `${root}dist.${process.pid}`;
rmSync(out, { recursive: true, force: true });

await build({
  absWorkingDir: root,
  entryPoints: { main: "src/cli/main.ts", index: "src/index.ts" },
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
  chunkNames: "chunks/[name]-[hash]",
  logLevel: "warning",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"', MASSGEN_VERSION: JSON.stringify(version) },
  // Ink asks for the React devtools only in development, but its bundle fails to start without the module.
  alias: { "react-devtools-core": "./src/build/no-devtools.cjs" },
  banner: {
    js: [
      'import { createRequire as __createRequire } from "node:module";',
      "const require = __createRequire(import.meta.url);",
      // Ink 8 needs this one feature of Node 22.
      "Promise.withResolvers ??= function () { let resolve, reject; const promise = new this((a, b) => { resolve = a; reject = b; }); return { promise, resolve, reject }; };",
    ].join("\n"),
  },
});

copyFileSync(`${root}src/build/launcher.cjs`, `${out}/massgen.cjs`);
copyFileSync(`${root}src/build/boot.cjs`, `${out}/boot.cjs`);
chmodSync(`${out}/massgen.cjs`, 0o755);
// Agents that run commands find this very massgen under its name.
mkdirSync(`${out}/bin`);
writeFileSync(`${out}/bin/massgen`, '#!/usr/bin/env node\nimport "../massgen.cjs";\n', { mode: 0o755 });
writeFileSync(`${out}/package.json`, '{ "type": "module" }\n');
// The types of the programmatic API: its file names everything that it exports.
const api = ts.transpileDeclaration(readFileSync(`${root}src/index.ts`, "utf8"), {
  compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
});
writeFileSync(`${out}/index.d.ts`, api.outputText);
rmSync(`${root}dist`, { recursive: true, force: true });
renameSync(out, `${root}dist`);
