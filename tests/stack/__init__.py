"""The Collector and its backends: static checks here, the real programs in `real/`, run by `make stack-test`."""
