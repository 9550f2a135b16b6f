// A page goes without asking: what it knows is sent while it is still there.

import { guarded } from "./guard.js";

export interface Leaving {
  /** The page is hidden, which on a telephone may be the last that is heard of it. */
  hidden(): void;
  /** The page is being left. */
  left(): void;
}

/** Tells of it until the returned function is called. */
export function watchUnload(leaving: Leaving): () => void {
  const hidden = (): void => {
    if (document.visibilityState === "hidden") guarded(() => { leaving.hidden(); });
  };
  const left = (): void => { guarded(() => { leaving.left(); }); };
  document.addEventListener("visibilitychange", hidden);
  addEventListener("pagehide", left);
  return () => {
    document.removeEventListener("visibilitychange", hidden);
    removeEventListener("pagehide", left);
  };
}
