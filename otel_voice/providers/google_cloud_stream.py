"""A stream of requests and answers of Google Cloud's speech clients: how it begins, and how it comes to its end."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.capture.operation import Running, Sink
from otel_voice.capture.tap_aiohttp import ConnectionClosedOK
from otel_voice.capture.tap_grpc import CANCELLED, status_name
from otel_voice.observation.records import Speech
from otel_voice.providers import google_cloud_common as common
from otel_voice.providers.connection import Connection
from otel_voice.providers.google_cloud_messages import plain


class GoogleStream(Connection):
    """Reads one stream; a surface says what its requests and answers mean."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.answered = False

    @abstractmethod
    def answer(self, message: Any) -> None:
        """Read an answer."""

    @abstractmethod
    def describe(self, record: Any) -> None:
        """Add to a record what the first request asks for."""

    def ended(self) -> None:
        """Nothing more will come or go."""

    def opening(self, call: Call) -> bool:
        self.address = common.address(call.instance)
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        return connection

    def message(self, message: Mapping[str, Any]) -> None:
        """No answer is a mapping."""

    def received(self, message: Any) -> None:
        if message is None:  # what an asynchronous stream makes of an answer that it cannot read
            return
        self.answered = True
        with self.lock:
            if not self.over:
                self.answer(plain(message))

    def refused(self, error: BaseException) -> None:
        with self.lock:
            if not self.over:
                self.over = True
                self._end_badly(error)
                self.ended()

    def broken(self, error: BaseException) -> None:
        with self.lock:
            if self.over:
                return
            self.over = True
            if isinstance(error, ConnectionClosedOK):
                self.drained()
            else:
                self._end_badly(error)
            self.ended()

    def closed(self) -> None:
        with self.lock:
            if not self.over:
                self.over = True
                self.left()
                self.ended()

    def failure(self, record: Speech, error: BaseException) -> None:
        common.failure(record, error)

    def _end_badly(self, error: BaseException) -> None:
        """What is open fails; where nothing is, the asking for it, or what an open stream was there for."""
        if not isinstance(error, Exception) or status_name(error) == CANCELLED:
            self.left()  # the program's own doing
        elif self.answered:
            self.fail(error, status_name(error))
        elif not self.fail_open(error, status_name(error)):
            self.describe(self._attempt)
            self.failure(self._attempt, error)
            Running(self._attempt, self.sink).fail(error)
