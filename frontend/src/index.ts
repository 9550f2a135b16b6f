export type { Call } from "./call.js";
export type { Carrier } from "./carrier.js";
export type { Log, LogAttributes } from "./log.js";
export type { CallOptions } from "./open-call.js";
export type { VoiceTelemetryOptions } from "./options.js";
export type { Playback } from "./playback.js";
export { redact } from "./redaction.js";
export { startVoiceTelemetry, type VoiceTelemetry } from "./telemetry.js";
