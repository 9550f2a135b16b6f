// Asking for the microphone: whether it was allowed, and how long the user took to say so.

import { guarded } from "./guard.js";
import { SPAN_CLIENT_MICROPHONE, VOICE_CLIENT_MICROPHONE_PERMISSION } from "./names.js";
import { errorType, fail, type Spans } from "./spans.js";

const DENIED = new Set(["NotAllowedError", "SecurityError"]);

/** What the request answers, or fails with. */
export async function microphone<T>(spans: Spans, request: () => Promise<T>): Promise<T> {
  const span = guarded(() => spans.start(SPAN_CLIENT_MICROPHONE, {}));
  try {
    const answer = await request();
    guarded(() => span?.setAttribute(VOICE_CLIENT_MICROPHONE_PERMISSION, "granted").end());
    return answer;
  } catch (error) {
    guarded(() => {
      if (span === undefined) return;
      const type = errorType(error);
      if (DENIED.has(type)) span.setAttribute(VOICE_CLIENT_MICROPHONE_PERMISSION, "denied");
      fail(span, type, error instanceof Error ? error.message : undefined);
    });
    throw error;
  }
}
