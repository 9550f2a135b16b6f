// The whole of it: what a page starts once.

import { Call } from "./call.js";
import { watchErrors } from "./errors.js";
import { type Log, Records } from "./log.js";
import { checked, type VoiceTelemetryOptions } from "./options.js";
import { type CallOptions, OpenCall } from "./open-call.js";
import { Pipeline } from "./pipeline.js";
import { watchUnload } from "./unload.js";

/** None of its methods throws. Nothing global of OpenTelemetry is set: what a page has of its own stays as it is. */
export class VoiceTelemetry {
  private readonly pipeline: Pipeline;
  private readonly records: Records;
  private readonly open = new Set<OpenCall>();
  private readonly undo: (() => void)[] = [];

  constructor(options: VoiceTelemetryOptions) {
    this.pipeline = new Pipeline(options);
    this.records = new Records(this.pipeline.loggers);
    // Rendered on a server there is no window, and nothing to watch.
    if (typeof document === "undefined") return;
    this.undo.push(
      watchErrors(globalThis, () => this.theRecords()),
      watchUnload({ hidden: () => { this.pipeline.flush(); }, left: () => { this.leave(); } }),
    );
  }

  /** Log records of no call. */
  get log(): Log {
    return this.records;
  }

  /** A call begins. */
  call(options: CallOptions = {}): Call {
    const call = new OpenCall(this.pipeline.tracer, this.pipeline.loggers, options);
    this.open.add(call);
    call.atEnd(() => this.open.delete(call));
    return new Call(call);
  }

  /** Sends what waits; ends when it has arrived or was given up. */
  async flush(): Promise<void> {
    await this.pipeline.flushed();
  }

  /** Ends the calls that are open, watches nothing any more, and sends what waits. */
  async stop(): Promise<void> {
    for (const undo of this.undo.splice(0)) undo();
    for (const call of [...this.open]) call.end("completed");
    await this.flush();
  }

  private leave(): void {
    for (const call of [...this.open]) call.end("unloaded");
    this.pipeline.flush();
  }

  /** An error that nobody caught belongs to the call, when there is exactly one. */
  private theRecords(): Records {
    const [only, ...others] = this.open;
    return only !== undefined && others.length === 0 ? only.records : this.records;
  }
}

/** Starts the telemetry of this page. A wrong option is told on the console, and the page runs on. */
export function startVoiceTelemetry(options: VoiceTelemetryOptions): VoiceTelemetry {
  return new VoiceTelemetry(checked(options));
}
