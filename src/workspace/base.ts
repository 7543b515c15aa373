import type { BigIntStats } from "node:fs";
import type { Entry } from "../core/patch.ts";
import type { Blobs } from "./blobs.ts";
import type { TreeEntry } from "./tree.ts";

/** How a file in a working copy was when the copy was made: as long as it is the same, so is the content. */
export type Stamp = Pick<BigIntStats, "ino" | "size" | "mtimeNs" | "ctimeNs">;
export type Stamps = ReadonlyMap<string, Stamp>;

/** A context path as it was when the run began: what everybody starts from, and nobody changes. */
export type Base = {
  readonly entries: ReadonlyMap<string, TreeEntry["kind"]>;
  /** Makes a copy of all of it in a directory that is there and empty. */
  readonly copyTo: (directory: string) => Promise<Stamps>;
  /** Of a path in `entries`; its content is in `blobs` afterwards. */
  readonly entryAt: (path: string, blobs: Blobs) => Promise<Entry>;
};

/** Gives a growing base everything that belongs to it, one after the other or several at once. */
export type Fill = (keep: (from: string, path: string, kind: TreeEntry["kind"]) => Promise<void>) => Promise<void>;
