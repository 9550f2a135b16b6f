"""A websocket of any provider: how its messages are told apart, and how it comes to an end."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import SessionObserver
from otel_voice.capture.operation import Running, Sink
from otel_voice.observation.records import Speech
from otel_voice.providers import reading


class Connection(SessionObserver, ABC):
    """Reads one connection; a provider says what its messages mean and what is to be settled at its end."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink)
        self.address: object = None
        """The URL it goes to."""
        self.request_id: str | None = None
        self.over = False
        # The program may read on one thread, send on a second and close on a third.
        self.lock = threading.RLock()
        self._failed = False
        self._unsent: BaseException | None = None

    @abstractmethod
    def new_record(self) -> Speech:
        """A record with what is known of the whole connection; its start is now."""

    @abstractmethod
    def message(self, message: Mapping[str, Any]) -> None:
        """Read a message of the server that is not audio."""

    @abstractmethod
    def drained(self) -> None:
        """The server closed in good order, and the program has read everything: end what is still open."""

    @abstractmethod
    def left(self) -> None:
        """The program left the connection: end what is still open."""

    @abstractmethod
    def fail_open(self, error: BaseException, error_type: str | None) -> bool:
        """Let what is open fail; False when nothing was."""

    def failure(self, record: Speech, error: BaseException) -> None:
        """Read the error with which the connection was refused."""
        reading.refusal(record, error)

    def attempt(self) -> None:
        """The connection is about to be opened; call it when the address is known."""
        self._attempt = self.new_record()

    def refused(self, error: BaseException) -> None:
        self.failure(self._attempt, error)
        Running(self._attempt, self.sink).stop(error)

    def received(self, message: Any) -> None:
        if not isinstance(message, str):
            return
        content = parsed(message)
        with self.lock:
            if not self.over:
                self.message(content)

    def broken(self, error: BaseException) -> None:
        with self.lock:
            if self.over:
                return
            if "ConnectionClosedOK" in _kinds(error):
                self.over = True
                self.drained()
            elif _is_loss(error):
                self.over = True
                self.fail(error)

    def unsent(self, error: BaseException) -> None:
        if _is_loss(error):
            self._unsent = error

    def closed(self) -> None:
        with self.lock:
            if self.over:
                return
            self.over = True
            if self._unsent is not None:  # the connection was lost, and the program read no more to find it so
                self.fail(self._unsent)
            else:
                self.left()

    def fail(self, error: BaseException, error_type: str | None = None) -> None:
        """Let what is open fail, or else, once, the connection itself."""
        if not self.fail_open(error, error_type) and not self._failed:
            record = self.new_record()
            record.error_type = error_type
            Running(record, self.sink).fail(error)
        self._failed = True

    def filled(self, record: Speech) -> Speech:
        """Add to a record what every operation of this connection has in common."""
        reading.server(record, self.address)
        record.request_id = self.request_id
        record.streamed = True
        return record


def parsed(message: str | bytes) -> Mapping[str, Any]:
    """The message as a mapping; an empty one when it is garbled, which the SDK reports by itself."""
    try:
        content = json.loads(message)
    except ValueError:
        return {}
    return content if isinstance(content, Mapping) else {}


def _kinds(error: BaseException) -> list[str]:
    return [kind.__name__ for kind in type(error).__mro__]


def _is_loss(error: BaseException) -> bool:
    """Whether the connection is gone, rather than the call wrong: read by two tasks at once, for instance."""
    kinds = _kinds(error)
    return isinstance(error, OSError) or ("ConnectionClosed" in kinds and "ConnectionClosedOK" not in kinds)
