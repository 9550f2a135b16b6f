"""When the disk has a record: before the call returns, or soon after, many records with one wait."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from typing import Final, Protocol

from otel_voice.audit_trail.seldom import Seldom
from otel_voice.audit_trail.stream import Stream
from otel_voice.audit_trail.wakeup import Wakeup

_EVERY_SECONDS: Final = 0.05

_log = logging.getLogger(__name__)
_seldom = Seldom()


class Syncing(Protocol):
    """How records come onto the disk."""

    def appended(self, stream: Stream) -> None:
        """A record was handed to the operating system."""

    def finish(self, streams: Iterable[Stream]) -> None:
        """Wait until the disk has everything."""


class BeforeReturning:
    """The caller waits for the disk; callers that come at once share one wait."""

    def appended(self, stream: Stream) -> None:
        sync(stream)

    def finish(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            sync(stream)


class InBackground:
    """A thread waits for the disk, at most twenty times a second."""

    def __init__(self) -> None:
        self._waiting: set[Stream] = set()
        self._appended = Wakeup()
        self._started = False

    def appended(self, stream: Stream) -> None:
        if not self._started:
            self._start()
        self._waiting.add(stream)
        self._appended.set()

    def finish(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            sync(stream)

    def _start(self) -> None:
        self._started = True
        try:
            threading.Thread(target=self._run, name="otel_voice.audit.sync", daemon=True).start()
        except RuntimeError as error:
            _log.debug("otel_voice: the operating system writes audit records in its own time: %s", error)

    def _run(self) -> None:
        while True:
            self._appended.wait()
            while self._waiting:
                sync(self._waiting.pop())
            time.sleep(_EVERY_SECONDS)


def sync(stream: Stream) -> None:
    """Wait for the disk; a disk that fails is told once a minute."""
    try:
        stream.sync()
    except OSError as error:
        if _seldom.count():
            _log.error("otel_voice: audit records may not survive a power cut: %s", error)
