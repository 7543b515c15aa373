import { describe, expect, test } from "vitest";
import { estimateCost, type Member } from "../../src/app/estimate.ts";
import { RunSettings } from "../../src/core/run/settings.ts";

const member = (id: string, model: string, options: Record<string, unknown> = {}, type = "openai"): Member => ({
  id,
  backend: { type, model, options },
});
const draft = (team: readonly Member[], refinement = true) => ({
  refinement,
  agents: team.map(({ id, backend }) => ({
    id,
    model: backend.model,
    simulated: backend.type === "simulated",
    on: true,
  })),
});
const settings = (budget: Record<string, unknown> = {}) => RunSettings.parse({ budget });
const own = { price: { input_per_million: 1, output_per_million: 10 } };

describe("the estimate of a run", () => {
  test("is the range of similar runs of the project: as many agents, same mode", () => {
    const team = [member("ada", "gpt-5.5"), member("bob", "gpt-5.5")];
    const runs = [
      { agents: 2, refinement: true, costUsd: 0.4 },
      { agents: 2, refinement: true, costUsd: 0.2 },
      { agents: 3, refinement: true, costUsd: 9 },
      { agents: 2, refinement: false, costUsd: 0.01 },
    ];
    expect(estimateCost(draft(team), runs, team, settings())).toEqual({
      lowUsd: 0.2,
      highUsd: 0.4,
      basis: "from 2 similar runs",
    });
  });

  test("is without them a guess by prices and limits, and says from what", () => {
    const team = [member("ada", "gpt-5.5"), member("bob", "claude-opus-5", {}, "claude")];
    const { lowUsd, highUsd, basis } = estimateCost(draft(team), [], team, settings());
    expect(lowUsd).toBeGreaterThan(0.01);
    expect(highUsd).toBeGreaterThan((lowUsd ?? 0) * 2);
    expect(basis).toBe("a guess: 2 agents × 2–18 calls × 3.8k–17k tokens");
  });

  test("takes the price that the configuration names", () => {
    const team = [member("ada", "a-model-of-ours", own)];
    // An answer and the presentation, 3000 tokens in and 800 out each.
    expect(estimateCost(draft(team), [], team, settings()).lowUsd).toBeCloseTo(2 * (0.003 + 0.008), 6);
    const dearer = [member("ada", "gpt-5.5", { price: { input_per_million: 1000, output_per_million: 1000 } })];
    expect(estimateCost(draft(dearer), [], dearer, settings()).lowUsd).toBeCloseTo(2 * 3.8, 6);
  });

  test("is unknown, and never less, when one price is unknown", () => {
    const team = [member("ada", "gpt-5.5"), member("bob", "gpt-99-imaginary")];
    expect(estimateCost(draft(team), [], team, settings())).toEqual({
      lowUsd: null,
      highUsd: null,
      basis: "the price of gpt-99-imaginary is not known; set price in its backend",
    });
  });

  test("never exceeds the run's limits of money and calls", () => {
    const team = [member("ada", "a", own), member("bob", "b", own)];
    expect(estimateCost(draft(team), [], team, settings({ maxCostUsd: 0.05 })).highUsd).toBe(0.05);
    const few = estimateCost(draft(team), [], team, settings({ maxModelCalls: 2 }));
    expect(few.highUsd).toBeLessThan(estimateCost(draft(team), [], team, settings()).highUsd ?? 0);
  });

  test("counts only those who take part", () => {
    const team = [member("ada", "a", own), member("bob", "gpt-99-imaginary")];
    const { agents, refinement } = draft(team);
    const onlyAda = { refinement, agents: agents.map((agent) => ({ ...agent, on: agent.id === "ada" })) };
    expect(estimateCost(onlyAda, [], team, settings()).lowUsd).toBeGreaterThan(0);
  });

  test("is nothing for simulated and for local models, and part of it for a mixed team", () => {
    const simulated = [member("ada", "simulated", {}, "simulated")];
    expect(estimateCost(draft(simulated), [], simulated, settings())).toMatchObject({ lowUsd: 0, highUsd: 0 });
    const local = [member("ada", "llama3", {}, "ollama")];
    expect(estimateCost(draft(local), [], local, settings())).toMatchObject({ lowUsd: 0, highUsd: 0 });
    const mixed = [...simulated, member("bob", "b", own)];
    expect(estimateCost(draft(mixed), [], mixed, settings()).lowUsd).toBeGreaterThan(0);
  });
});
