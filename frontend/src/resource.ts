// Who sends: the service, and the browser as far as it says so without being asked twice.

import { defaultResource, type Resource, resourceFromAttributes } from "@opentelemetry/resources";

import type { VoiceTelemetryOptions } from "./options.js";
import { safeAttributes } from "./safe.js";

/** Low-entropy hints of a client, which not every browser has. */
interface UserAgentData {
  readonly brands: readonly { readonly brand: string; readonly version: string }[];
  readonly mobile: boolean;
  readonly platform: string;
}

export function resourceOf(options: VoiceTelemetryOptions): Resource {
  const said = {
    "service.name": options.serviceName,
    "service.version": options.serviceVersion,
    "deployment.environment.name": options.environment,
    ...browser(),
  };
  return defaultResource().merge(resourceFromAttributes(safeAttributes(said)));
}

function browser(): Record<string, unknown> {
  if (typeof navigator === "undefined") return {};
  const data = (navigator as Navigator & { userAgentData?: UserAgentData }).userAgentData;
  const language = { "browser.language": navigator.language };
  if (data === undefined) return { ...language, "user_agent.original": navigator.userAgent };
  return {
    ...language,
    "browser.brands": data.brands.map((each) => `${each.brand} ${each.version}`),
    "browser.mobile": data.mobile,
    "browser.platform": data.platform,
  };
}
