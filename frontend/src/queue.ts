// What waits to be sent: bounded, in batches, one batch at a time; and all at once when the page goes.
//
// The SDK's own batch processors are not used, because that of logs waits for the batch under way before it sends the
// next one, which a page that is being left does not live to see; and because what they drop they do not count.

export interface Limits {
  /** Items that may wait; what comes beyond is dropped and counted. */
  readonly mostWaiting: number;
  readonly mostInBatch: number;
  /** How long the first item of a batch waits for others, in milliseconds. */
  readonly delay: number;
}

/** Sends a batch and says at the end whether it arrived. */
export type Send<T> = (batch: T[], ended: (arrived: boolean) => void) => void;

export class Queue<T> {
  /** Called when something has arrived. */
  onArrival: () => void = () => undefined;
  private waiting: T[] = [];
  private underWay = 0;
  private lost = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private idlers: (() => void)[] = [];

  constructor(
    private readonly send: Send<T>,
    private readonly limits: Limits,
  ) {}

  add(item: T): void {
    if (this.waiting.length >= this.limits.mostWaiting) {
      this.lost++;
      return;
    }
    this.waiting.push(item);
    this.arm();
  }

  /** Hands over everything that waits, now. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    while (this.waiting.length > 0) this.sendOne();
  }

  /** Ends when nothing waits and nothing is under way. */
  idle(): Promise<void> {
    if (this.underWay === 0 && this.waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idlers.push(resolve));
  }

  /** How many items were lost since this was last asked. */
  takeLost(): number {
    const lost = this.lost;
    this.lost = 0;
    return lost;
  }

  private arm(): void {
    if (this.timer !== undefined || this.underWay > 0 || this.waiting.length === 0) return;
    const delay = this.waiting.length >= this.limits.mostInBatch ? 0 : this.limits.delay;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.sendOne();
    }, delay);
  }

  private sendOne(): void {
    const batch = this.waiting.splice(0, this.limits.mostInBatch);
    let ended = false;
    this.underWay++;
    const end = (arrived: boolean): void => {
      if (ended) return;
      ended = true;
      this.ended(batch.length, arrived);
    };
    try {
      this.send(batch, end);
    } catch {
      end(false);
    }
  }

  private ended(count: number, arrived: boolean): void {
    this.underWay--;
    if (arrived) this.onArrival();
    else this.lost += count;
    this.arm();
    if (this.underWay > 0 || this.waiting.length > 0) return;
    for (const resolve of this.idlers.splice(0)) resolve();
  }
}
