// The only place that swallows errors: a page must never get one because it is observed.

const told = new Set<string>();

/** What `work` returns, or nothing when it fails; the first failure of each kind is told on the console. */
export function guarded<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    tell(error instanceof Error ? `${error.name}: ${error.message}` : "an unknown failure of its own");
    return undefined;
  }
}

/** Says once what is wrong and what to do. */
export function tell(problem: string): void {
  if (told.has(problem) || told.size > 20) return;
  told.add(problem);
  console.warn(`otel-voice: ${problem}`);
}
