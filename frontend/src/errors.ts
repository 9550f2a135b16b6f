// Errors that nobody caught, of the window and of promises; so many in a minute, and then how many more.

import { guarded } from "./guard.js";
import { Limiter } from "./limiter.js";
import type { ErrorSource, Records } from "./log.js";

const MOST_A_MINUTE = 30;

/** Tells the errors of the window until the returned function is called. `records` says to whom one belongs. */
export function watchErrors(target: EventTarget, records: () => Records): () => void {
  const limiter = new Limiter(MOST_A_MINUTE, 60_000);

  const tell = (error: unknown, source: ErrorSource): void => {
    guarded(() => {
      const suppressed = limiter.admit();
      if (suppressed !== undefined) records().failed(error, source, {}, suppressed);
    });
  };
  // An error of a script of another origin comes without its object.
  const onError = (event: Event): void => {
    const { error, message } = event as { error?: unknown; message?: string };
    tell(error ?? { name: "Error", message }, "error");
  };
  const onRejection = (event: Event): void => {
    tell((event as PromiseRejectionEvent).reason, "unhandledrejection");
  };

  target.addEventListener("error", onError);
  target.addEventListener("unhandledrejection", onRejection);
  return () => {
    target.removeEventListener("error", onError);
    target.removeEventListener("unhandledrejection", onRejection);
  };
}
