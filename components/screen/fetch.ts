import type { ChatFrontEnd } from "../../src/core/front-end.ts";
import type { Store } from "../../src/core/store.ts";
import type { Fetched } from "../views/full-view.ts";
import { type Need, needOf } from "../views/needs.ts";
import { settle } from "./loaded.ts";
import type { ScreenState, View } from "./screen-state.ts";

type Screen = Store<ScreenState, (state: ScreenState) => ScreenState>;

/** Reads what the open view needs and does not have yet. To be called whenever something has changed; one reading at a time. */
export function createFetch(frontEnd: ChatFrontEnd, screen: Screen, view: () => View): () => void {
  let reading = false;
  const put = (fetched: Fetched): void =>
    screen.apply((state) => ({ ...state, fetched: { ...state.fetched, ...fetched } }));
  const fetch = (): void => {
    const need = reading ? undefined : needOf(view());
    if (!need) return;
    reading = true;
    void read(need, frontEnd, view().now).then((fetched) => {
      reading = false;
      // The view may want something else by now.
      put(fetched);
      fetch();
    });
  };
  return fetch;
}

async function read(need: Need, frontEnd: ChatFrontEnd, now: number): Promise<Fetched> {
  switch (need.what) {
    case "runs":
      return { runs: await settle(frontEnd.pastRuns()) };
    case "deliverables":
      return { deliverables: await settle(frontEnd.deliverables()) };
    case "deliverable": {
      const { name } = need;
      return { deliverable: { name, content: await settle(frontEnd.readDeliverable(name)) } };
    }
    case "run": {
      const { runId } = need;
      return { run: { runId, since: now, content: await settle(frontEnd.runRecords(runId)) } };
    }
  }
}
