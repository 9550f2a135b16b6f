"""`make stack-sizing`: what a call emits, and what one Collector carries; docs/sizing.md says what follows from it."""
