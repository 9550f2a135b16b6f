// The whole of it: what a page starts once.

import { Call, type CallOptions } from "./call.js";
import { watchErrors } from "./errors.js";
import { Log } from "./log.js";
import { checked, type VoiceTelemetryOptions } from "./options.js";
import { Pipeline } from "./pipeline.js";
import { watchUnload } from "./unload.js";

/** None of its methods throws. Nothing global of OpenTelemetry is set: what a page has of its own stays as it is. */
export class VoiceTelemetry {
  /** Log records of no call. */
  readonly log: Log;
  private readonly pipeline: Pipeline;
  private readonly open = new Set<Call>();
  private readonly undo: (() => void)[] = [];

  constructor(options: VoiceTelemetryOptions) {
    this.pipeline = new Pipeline(options);
    this.log = new Log(this.pipeline.logger);
    // Rendered on a server there is no window, and nothing to watch.
    if (typeof document === "undefined") return;
    this.undo.push(
      watchErrors(globalThis, () => this.theLog()),
      watchUnload({ hidden: () => { this.pipeline.flush(); }, left: () => { this.leave(); } }),
    );
  }

  /** A call begins. */
  call(options: CallOptions = {}): Call {
    const call = new Call(this.pipeline.tracer, this.pipeline.logger, options, (ended) => this.open.delete(ended));
    this.open.add(call);
    return call;
  }

  /** Sends what waits; ends when it has arrived or was given up. */
  async flush(): Promise<void> {
    await this.pipeline.flushed();
  }

  /** Ends the calls that are open, watches nothing any more, and sends what waits. */
  async stop(): Promise<void> {
    for (const undo of this.undo.splice(0)) undo();
    for (const call of [...this.open]) call.end();
    await this.flush();
  }

  private leave(): void {
    for (const call of [...this.open]) call.close("unloaded");
    this.pipeline.flush();
  }

  /** An error that nobody caught belongs to the call, when there is exactly one. */
  private theLog(): Log {
    const [only, ...others] = this.open;
    return only !== undefined && others.length === 0 ? only.log : this.log;
  }
}

/** Starts the telemetry of this page. A wrong option is told on the console, and the page runs on. */
export function startVoiceTelemetry(options: VoiceTelemetryOptions): VoiceTelemetry {
  return new VoiceTelemetry(checked(options));
}
