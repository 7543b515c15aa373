import { defineConfig } from "vitest/config";

/**
 * `terminal` tests drive the built program in child processes and a pty; everything else shares threads and their
 * modules. Three at a time on two cores: many wait for a screen or a process.
 */
export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    env: { COLUMNS: "100", LINES: "40", NO_COLOR: "1" },
    reporters: ["default"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/terminal/**", "test/faults/**"],
          pool: "threads",
          isolate: false,
          maxWorkers: 3,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "terminal",
          include: ["test/terminal/**/*.test.ts", "test/faults/**/*.test.ts"],
          pool: "forks",
          maxWorkers: 3,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
