"""What goes wrong with the stack's files, one line each."""

from __future__ import annotations


class StackError(Exception):
    """The files cannot be found, read or written; the text names the path and what to do."""
