/** Who may import whom, as in the table of the architecture: each layer knows itself and the ones listed for it. */
const layers = {
  "src/core": [],
  "src/engine": ["src/core"],
  "src/models": ["src/core"],
  "src/workspace": ["src/core"],
  "src/tools": ["src/core", "src/workspace"],
  "src/mcp": ["src/core", "src/workspace"],
  projects: ["src/core"],
  "src/logs": ["src/core", "projects"],
  "src/lead": ["src/core", "src/engine"],
  "src/app": [
    "src/core",
    "src/engine",
    "src/models",
    "src/tools",
    "src/workspace",
    "src/mcp",
    "src/logs",
    "src/lead",
    "projects",
  ],
  components: ["src/core"],
  "src/cli": ["src/core", "src/app", "src/logs", "projects", "components"],
};

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `${layer} may import only ${[layer, ...allowed].join(", ")}`,
  severity: "error",
  from: { path: `^${layer}/` },
  to: { path: "^(src|components|projects|test)/", pathNot: `^(${[layer, ...allowed].join("|")})/` },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    { name: "no cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "React and Ink live in components/ and where src/cli mounts the screen",
      severity: "error",
      from: { pathNot: "^(components/|src/cli/mount)" },
      to: { path: "node_modules/(react|ink|ink-[^/]+)/" },
    },
    {
      name: "core, engine, lead and components do no I/O",
      severity: "error",
      from: { path: "^(src/(core|engine|lead)|components)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "core depends on zod and zustand/vanilla alone",
      severity: "error",
      from: { path: "^src/core/" },
      to: { path: "node_modules", pathNot: "node_modules/(zod|zustand)/" },
    },
    {
      name: "no orphans",
      severity: "error",
      from: { orphan: true, pathNot: "^(src/build/|src/cli/main\\.ts$|src/index\\.ts$)|\\.d\\.ts$|\\.json$" },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true, // type-only imports count: a layer must not even name what is above it
    tsConfig: { fileName: "tsconfig.json" },
  },
};
