"""What can be served: on a port of its own, or mounted in a program's application."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from otel_voice.health.pages import Answer


class Answering(Protocol):
    """Pages, whatever they tell of."""

    def answer(self, method: str, path: str) -> Future[Answer]:
        """The answer of a path, which may have a query. Never raises, and neither does the future."""
        ...
