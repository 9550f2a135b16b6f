"""One program of the stack, as a report asks it: told once that it is gone, it is not waited for again."""

from __future__ import annotations

import urllib.error
from collections.abc import Mapping
from typing import Any, Final

from otel_voice.monitoring.asking import AskingError, Server
from otel_voice.reports.errors import BadQuestionError, UnavailableError

_PATIENCE: Final = 60.0
"""Seconds. A month is read in some; Loki itself gives up after a minute."""


class Backend:
    """Prometheus or Loki, for one report. Raises BadQuestionError for an address that cannot be one."""

    def __init__(self, name: str, url: str) -> None:
        try:
            self._server = Server(name, url, _PATIENCE)
        except AskingError as error:
            raise BadQuestionError(str(error)) from error
        self._gone: UnavailableError | None = None

    def data(self, path: str, query: Mapping[str, str]) -> Any:
        """The data of an answer. Raises UnavailableError."""
        if self._gone is not None:
            raise self._gone
        try:
            return self._server.data(path, query)
        except AskingError as error:
            unavailable = UnavailableError(str(error))
            if not isinstance(error.__cause__, urllib.error.HTTPError):
                self._gone = unavailable
            raise unavailable from error


class Absent(Backend):
    """The program that nobody named."""

    def __init__(self, why: str) -> None:
        self._gone = UnavailableError(why)
