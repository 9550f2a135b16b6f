"""The real programs with the shipped configuration, asked by query: `check_*.py`, run by `make stack-test`."""
