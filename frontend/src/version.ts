/** The instrumentation scope; the agent's half has the same. */
export const SCOPE = "otel_voice";
export const VERSION = "0.1.0";
/** That of what the page says in its own words. */
export const PAGE_SCOPE = "page";
