// Structured log records of the page, in the trace and with the ids of the call that they belong to.

import { type Context, type Logger, ROOT_CONTEXT, SeverityNumber } from "@opentelemetry/api";

import { guarded } from "./guard.js";
import {
  EVENT_VOICE_CLIENT_ERROR,
  EXCEPTION_MESSAGE,
  EXCEPTION_STACKTRACE,
  EXCEPTION_TYPE,
  VOICE_CLIENT_ERROR_SOURCE,
  VOICE_CLIENT_ERROR_SUPPRESSED,
  VOICE_LOG_CATEGORY,
} from "./names.js";
import { type Attributes, safeAttributes, safeStack, safeText } from "./safe.js";

/** What a record says beside its message: names of your own, and values that may be shown to whoever reads logs. */
export type LogAttributes = Readonly<Record<string, unknown>>;
export type ErrorSource = "error" | "unhandledrejection" | "program";

/** Our own events, and what the page says in its own words, are told apart by their scope. */
export interface Loggers {
  readonly own: Logger;
  readonly page: Logger;
}

/** None of its methods waits or throws. What looks like a secret, a number to call or an address is taken out. */
export interface Log {
  debug(message: string, attributes?: LogAttributes): void;
  info(message: string, attributes?: LogAttributes): void;
  warn(message: string, attributes?: LogAttributes): void;
  error(message: string, attributes?: LogAttributes): void;
  /** An error that the page caught. */
  exception(error: unknown, attributes?: LogAttributes): void;
}

/** Writes the page's records and our own events, each with the ids and in the context that it is made with. */
export class Records implements Log {
  constructor(
    private readonly loggers: Loggers,
    private readonly ids: Attributes = {},
    private readonly context: Context = ROOT_CONTEXT,
  ) {}

  debug(message: string, attributes?: LogAttributes): void {
    this.write(SeverityNumber.DEBUG, "DEBUG", message, attributes);
  }

  info(message: string, attributes?: LogAttributes): void {
    this.write(SeverityNumber.INFO, "INFO", message, attributes);
  }

  warn(message: string, attributes?: LogAttributes): void {
    this.write(SeverityNumber.WARN, "WARN", message, attributes);
  }

  error(message: string, attributes?: LogAttributes): void {
    this.write(SeverityNumber.ERROR, "ERROR", message, attributes);
  }

  exception(error: unknown, attributes?: LogAttributes): void {
    guarded(() => { this.failed(error, "program", safeAttributes(attributes ?? {})); });
  }

  /** An error, wherever it was seen; `suppressed` others came before it and were not told. */
  failed(error: unknown, source: ErrorSource, also: Attributes, suppressed = 0): void {
    const said = exceptionAttributes(error);
    const before: Attributes = suppressed > 0 ? { [VOICE_CLIENT_ERROR_SUPPRESSED]: suppressed } : {};
    this.event(EVENT_VOICE_CLIENT_ERROR, SeverityNumber.ERROR, "ERROR", String(said[EXCEPTION_MESSAGE]), {
      ...also,
      ...said,
      ...before,
      [VOICE_LOG_CATEGORY]: "error",
      [VOICE_CLIENT_ERROR_SOURCE]: source,
    });
  }

  /** An event of the schema. */
  event(eventName: string, severityNumber: SeverityNumber, severityText: string, body: string, also: Attributes): void {
    const attributes = { [VOICE_LOG_CATEGORY]: "app", ...also, ...this.ids };
    this.loggers.own.emit({ eventName, severityNumber, severityText, body, attributes, context: this.context });
  }

  private write(severityNumber: SeverityNumber, severityText: string, message: string, also?: LogAttributes): void {
    guarded(() => {
      const category = severityNumber >= SeverityNumber.ERROR ? "error" : "app";
      const attributes = { ...safeAttributes(also ?? {}), [VOICE_LOG_CATEGORY]: category, ...this.ids };
      const body = safeText(message);
      this.loggers.page.emit({ severityNumber, severityText, body, attributes, context: this.context });
    });
  }
}

/** What anything that was thrown says of itself: it need not be an Error. */
function exceptionAttributes(error: unknown): Attributes {
  if (!isError(error)) return { [EXCEPTION_TYPE]: typeof error, [EXCEPTION_MESSAGE]: safeAttributes({ error })["error"] ?? "" };
  const stack: Attributes = error.stack ? { [EXCEPTION_STACKTRACE]: safeStack(error.stack) } : {};
  return { [EXCEPTION_TYPE]: safeText(error.name), [EXCEPTION_MESSAGE]: safeText(error.message), ...stack };
}

/** Errors of other windows are no instances of ours. */
function isError(error: unknown): error is Error {
  return typeof error === "object" && error !== null && "message" in error && "name" in error;
}
