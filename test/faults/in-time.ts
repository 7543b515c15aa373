/** Five seconds, and a moment to die. */
export const IN_TIME_MS = 5500;

/** Plays it once more if it took too long: a disk that others keep busy holds up everybody, a program that hangs does so twice. */
export async function onQuietMachine<Result extends { readonly ms: number }>(
  play: () => Promise<Result>,
): Promise<Result> {
  const first = await play();
  return first.ms <= IN_TIME_MS ? first : play();
}
