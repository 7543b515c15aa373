import type { AgentId } from "./run/terms.ts";

/** A place that tools may touch. `path` is absolute; a file or a directory with everything below it. */
export type Grant = {
  readonly path: string;
  readonly permission: "read" | "write";
  /** What below it is closed all the same. */
  readonly closed?: ClosedPaths | undefined;
  /** What below it is closed until the user has agreed. */
  readonly asks?: ClosedPaths | undefined;
  /** Absolute paths among those to which the user has agreed. */
  readonly opened?: readonly string[] | undefined;
};

/** Patterns as in .gitignore, relative to what is granted. */
export type ClosedPaths = { readonly read: readonly string[]; readonly write: readonly string[] };

/** An agent's own copy of a writable context path. What it changes there reaches the user as a patch. */
export type WorkingCopy = { readonly from: string; readonly path: string };

/** Where one agent of one run works. All paths are absolute and name no agent but by its label. */
export type AgentFiles = {
  /** The agent's own directory: the working directory of its tools and commands. */
  readonly root: string;
  /** The root is no workspace but a directory of the user: what is protected is closed to commands in it, too. */
  readonly isUsers?: boolean;
  /** Snapshots of everybody's answers, one directory per label ("agent2.1"), never changed once there. */
  readonly snapshots: string;
  /** Below the root. */
  readonly copies?: readonly WorkingCopy[];
  /** Everything the agent may touch: its root, the snapshots, the context paths. */
  readonly grants: readonly Grant[];
  /** The user has agreed to these paths, absolute: what is changed there may reach the user's files. */
  readonly agree?: (paths: readonly string[]) => Promise<void>;
};

export type Snapshot = {
  /** Relative to the run's workspaces, or null when the agent's directory is empty. */
  readonly path: string | null;
  /** Relative to the snapshot, sorted, "/" between parts. */
  readonly files: readonly string[];
  /** What of the user's files the agent has changed in its copies, a line for each: "M src/a.ts". */
  readonly changes?: readonly string[];
};

/** The files of one run. Implemented in src/workspace, used by the engine through this port. */
export type Workspaces = {
  readonly filesOf: (agent: AgentId) => AgentFiles;
  /**
   * Keeps the agent's files as they are now under `name`, and what it changed in its copies as a patch: the label of the
   * answer that they belong to, with the number of the attempt behind it for the final answer of a later one. Something
   * that lies there already is of an answer that never came to be (the process ended before it was journalled), and is
   * replaced.
   */
  readonly snapshot: (agent: AgentId, name: string) => Promise<Snapshot>;
};
