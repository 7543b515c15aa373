import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * A program named docker that stands in for the external one: it writes down what it is called with and runs the
 * commands on this machine. `engine: false`: there is no daemon; `image: false`: the image was never pulled.
 */
const SCRIPT = `#!/bin/sh
{ for word in "$@"; do printf '%s\\037' "$word"; done; printf '\\036'; } >> "$FAKE/calls"
case "$1" in
  version) [ -e "$FAKE/engine" ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }; echo 28.0.0 ;;
  image) [ -e "$FAKE/image" ] || { echo "Error: No such image: $5" >&2; exit 1; } ;;
  run)
    [ ! -e "$FAKE/broken" ] || { echo "invalid mount config" >&2; exit 125; }
    for word in "$@"; do last="$word"; done
    export MASSGEN_FAKE_CONTAINER="$FAKE"
    exec /bin/sh -c "$last" ;;
  exec)
    shift
    while :; do
      case "$1" in
        --workdir) cd "$2" && shift 2 ;;
        --env) export "$2" && shift 2 ;;
        *) break ;;
      esac
    done
    shift
    unset MASSGEN_COMMAND_ID # a container sees nothing of it
    exec "$@" ;;
  rm) ;;
esac
`;

export type FakeDocker = {
  /** To be put before PATH. */
  readonly bin: string;
  /** The words of each call so far. */
  readonly calls: () => Promise<readonly (readonly string[])[]>;
};

export async function fakeDocker(
  directory: string,
  has: { readonly engine?: boolean; readonly image?: boolean; readonly broken?: boolean } = {},
): Promise<FakeDocker> {
  const bin = join(directory, "docker-bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "docker"), SCRIPT.replaceAll("$FAKE", bin), { mode: 0o755 });
  const { engine = true, image = true, broken = false } = has;
  for (const [name, is] of Object.entries({ engine, image, broken })) if (is) await writeFile(join(bin, name), "");
  return {
    bin,
    async calls() {
      const text = await readFile(join(bin, "calls"), "utf8").catch(() => "");
      return text
        .split("\u001e")
        .filter(Boolean)
        .map((line) => line.split("\u001f").slice(0, -1));
    },
  };
}
