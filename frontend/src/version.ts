/** The instrumentation scope; the agent's half has the same. */
export const SCOPE = "otel_voice";
export const VERSION = "0.1.0";
