"""What is wrong with a file of values, in one line."""

from __future__ import annotations


class ValuesError(Exception):
    """The text names the file, the place in it, and what is allowed there."""
