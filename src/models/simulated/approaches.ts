/** A way to go about a task. Agents take different ones, so that a team of simulated agents has something to disagree about. */
export type Approach = {
  readonly name: string;
  readonly stance: string;
  /** `subject` is the task in a few words, `place` a file or directory that matters to it. */
  readonly steps: (subject: string, place: string) => readonly string[];
  readonly worry: string;
  /** What it says in favour of one of two options. */
  readonly leaning: string;
};

export const APPROACHES: readonly [Approach, ...Approach[]] = [
  {
    name: "Smallest change first",
    stance: "Get one narrow slice working end to end before anything is generalised.",
    steps: (subject, place) => [
      `Pick the one path that proves “${subject}” and leave every other path alone.`,
      `Make the change beside ${place}, without moving what is there.`,
      "Run what tests exist; add a single one that fails without the change.",
      "Ship that slice, then decide with real feedback whether to widen it.",
    ],
    worry: "A narrow slice can hide a cost that only shows once the second path is added.",
    leaning: "it needs the least new machinery, and going back later stays cheap",
  },
  {
    name: "Contract first",
    stance: "Agree on names, shapes and errors before a line of behaviour is written.",
    steps: (subject, place) => [
      `Write down the interface that “${subject}” needs: inputs, outputs, failures, limits.`,
      `Review that interface against its callers around ${place}.`,
      "Implement one side against a fake of the other, and swap the fake out last.",
      "Freeze the interface with a schema test, so that drift fails loudly.",
      "Document the contract where its users will look for it.",
    ],
    worry: "An interface designed before its first use tends to be too wide.",
    leaning: "its guarantees are explicit, so that both sides can rely on them",
  },
  {
    name: "Tests first",
    stance: "Pin today's behaviour down, so that the change can be told apart from the accident.",
    steps: (subject, place) => [
      `List what has to stay true while “${subject}” happens, and what has to become true.`,
      `Cover ${place} with characterisation tests, edge cases included.`,
      "Add the failing tests for the new behaviour, one per rule.",
      "Change the code until everything is green; refactor only then.",
    ],
    worry: "Characterisation tests also freeze bugs; each surprising one has to be looked at.",
    leaning: "it can be run and observed in a test without special infrastructure",
  },
  {
    name: "Risk first",
    stance: "Find out what could sink this before time goes into what surely works.",
    steps: (subject, place) => [
      `Name the three ways in which “${subject}” could fail badly: data, load, rollback.`,
      `Build a throw-away spike for the worst of them, against ${place}.`,
      "Write the way back (flag, migration down, previous version) before the way forward.",
      "Roll out to a small share, with one number that says stop.",
      "Remove the flag once that number has been quiet for a week.",
    ],
    worry: "Guarding against every failure costs more than some of the failures would.",
    leaning: "its failure modes are known, and recovering from them is routine",
  },
  {
    name: "Reuse what is there",
    stance: "The cheapest code is the code that this project already has or that a kept library brings.",
    steps: (subject, place) => [
      `Look for what already does part of “${subject}”, starting at ${place}.`,
      "Compare one well-kept library with our own version: size, licence, last release.",
      "Adapt the existing piece through a thin layer rather than copying it.",
      "Delete what the adapted piece makes unnecessary.",
    ],
    worry: "A dependency that fits at nine tenths can cost more than the missing tenth.",
    leaning: "the ecosystem around it already solves most of what we would write",
  },
  {
    name: "Measure first",
    stance: "Decide by a number that was taken here, not by a feeling.",
    steps: (subject, place) => [
      `Choose the one figure that “${subject}” is meant to move, and how it is taken.`,
      `Record the baseline around ${place}, with its spread over ten runs.`,
      "Try the two most promising changes in isolation and keep the raw figures.",
      "Adopt the better one only if the difference is larger than the spread.",
      "Leave the benchmark behind, so that the next person can repeat it.",
    ],
    worry: "The figure that is easy to take is not always the one that users feel.",
    leaning: "it leaves headroom at the load that was named, as far as published figures go",
  },
];

/** The sum of an id's characters spreads short names such as ada, bob, cyd and agent1, agent2 evenly. */
export function placeOf(agentId: string): number {
  return agentId.split("").reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
}
