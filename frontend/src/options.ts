// What a page may choose, and what is made of a wrong choice.

import { tell } from "./guard.js";

export interface VoiceTelemetryOptions {
  /** The base URL of an OTLP/HTTP receiver, for example `https://collector.example.com`; it must allow this origin. */
  readonly endpoint: string;
  readonly serviceName: string;
  readonly serviceVersion?: string;
  /** `deployment.environment.name`, for example `production`. */
  readonly environment?: string;
  /** Headers of each request to the receiver. A page keeps no secret: what stands here is known to every visitor. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The options as they should be; JavaScript lets a page give anything. */
export function checked(given: unknown): VoiceTelemetryOptions {
  const options: Partial<Record<keyof VoiceTelemetryOptions, unknown>> = typeof given === "object" && given ? given : {};
  const { endpoint, serviceName } = options;
  if (typeof serviceName !== "string" || serviceName === "") tell("serviceName is missing: it names this page's service");
  return {
    ...(options as VoiceTelemetryOptions),
    endpoint: typeof endpoint === "string" ? endpoint : "",
    serviceName: typeof serviceName === "string" && serviceName !== "" ? serviceName : "unknown_service",
  };
}

/** The URL of a signal, or nothing when the endpoint is none; that is told, and nothing is sent. */
export function signalUrl(endpoint: string, signal: "traces" | "logs"): string | undefined {
  const base = endpoint !== "" && URL.canParse(endpoint, here()) ? new URL(endpoint, here()) : undefined;
  if (base === undefined || !["http:", "https:"].includes(base.protocol)) {
    tell(`endpoint ${JSON.stringify(endpoint)} is no http or https URL: nothing is sent. Give the receiver's base URL.`);
    return undefined;
  }
  return `${base.origin}${base.pathname.replace(/\/$/, "")}/v1/${signal}`;
}

function here(): string | undefined {
  return typeof location === "undefined" ? undefined : location.href;
}
