import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FLOORS = {
  barePrompt: fileURLToPath(new URL("floors/bare-prompt.ts", import.meta.url)),
  inkPrompt: fileURLToPath(new URL("floors/ink-prompt.tsx", import.meta.url)),
  oneRequest: fileURLToPath(new URL("floors/one-request.ts", import.meta.url)),
  sdkStreams: fileURLToPath(new URL("floors/sdk-streams.ts", import.meta.url)),
};

/** Where everything is measured: a temporary directory with a copy of the built program and the floors beside it. */
export type Stage = {
  /** Fewer and shorter runs. */
  readonly quick: boolean;
  /** The built program: a later build does not change it while it is measured. */
  readonly massgen: string;
  readonly floors: Readonly<Record<keyof typeof FLOORS, string>>;
  /** Loaded before a program with `-r`, writes the CPU time that it used to the file named by BENCH_CPU. */
  readonly cpuReport: string;
  /** An empty directory to start a program in. */
  readonly place: () => string;
  /** A home of its own and no keys; undefined takes out what the shell has set. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly remove: () => void;
};

type Options = { readonly quick: boolean; readonly built?: string | undefined };

/** `built` is the folder of the program to measure, `dist` of this checkout unless named. */
export async function setStage({ quick, built = join(ROOT, "dist") }: Options): Promise<Stage> {
  if (!existsSync(join(built, "massgen.cjs"))) throw new Error(`No massgen.cjs in ${built}. Build it: npm run build`);
  const base = mkdtempSync(join(tmpdir(), "massgen-bench-"));
  const [dist, home, floors] = [join(base, "dist"), join(base, "home"), join(base, "floors")];
  cpSync(built, dist, { recursive: true });
  mkdirSync(home);
  await bundleFloors(floors);
  const cpuReport = join(base, "cpu-report.cjs");
  writeFileSync(cpuReport, CPU_REPORT);
  let places = 0;
  return {
    quick,
    massgen: join(dist, "massgen.cjs"),
    floors: {
      barePrompt: join(floors, "barePrompt.js"),
      inkPrompt: join(floors, "inkPrompt.js"),
      oneRequest: join(floors, "oneRequest.js"),
      sdkStreams: join(floors, "sdkStreams.js"),
    },
    cpuReport,
    place() {
      const path = join(base, `work-${(places += 1)}`);
      mkdirSync(path);
      return path;
    },
    env: {
      ...Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined])),
      PATH: process.env["PATH"],
      HOME: home,
      LANG: "C.UTF-8",
    },
    remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 5 }),
  };
}

const CPU_REPORT = `process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  require("node:fs").writeFileSync(process.env.BENCH_CPU, String((user + system) / 1000));
});
`;

/** As src/build/bundle.mjs bundles the program, so that only what is bundled differs. */
async function bundleFloors(outdir: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: FLOORS,
    outdir,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    minify: true,
    keepNames: true,
    logLevel: "warning",
    define: { "process.env.NODE_ENV": '"production"' },
    alias: { "react-devtools-core": "./src/build/no-devtools.cjs" },
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);',
    },
  });
  writeFileSync(join(outdir, "package.json"), '{ "type": "module" }\n');
}
