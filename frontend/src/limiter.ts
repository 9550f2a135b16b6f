// A page that fails in a loop tells its first errors, and how many more there were.

export class Limiter {
  private since = -Infinity;
  private admitted = 0;
  private refused = 0;

  /** Admits so `many` in each window of so many milliseconds. */
  constructor(
    private readonly many: number,
    private readonly window: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** How many were refused since the last that was admitted; undefined when this one is refused too. */
  admit(): number | undefined {
    const now = this.now();
    if (now - this.since >= this.window) {
      this.since = now;
      this.admitted = 0;
    }
    if (this.admitted >= this.many) {
      this.refused++;
      return undefined;
    }
    this.admitted++;
    const refused = this.refused;
    this.refused = 0;
    return refused;
  }
}
