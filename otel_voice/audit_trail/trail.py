"""The audit trail of this process: one stream for each category, one sender, a fork's child anew."""

from __future__ import annotations

import logging
import os
import threading

from otel_voice.audit_trail import destination
from otel_voice.audit_trail.catalogue import Category
from otel_voice.audit_trail.draft import Draft
from otel_voice.audit_trail.sender import Sender
from otel_voice.audit_trail.stream import Receipt, Stream
from otel_voice.audit_trail.syncing import BeforeReturning, InBackground, Syncing
from otel_voice.audit_trail.trouble import Troubles
from otel_voice.export.exit import before_flush
from otel_voice.settings import Settings, environment, is_true

# Of the time that a process may take to end; conversations are closed in the same half of it.
_SHARE_OF_EXIT = 0.3
_DAY = 86400.0

_log = logging.getLogger(__name__)


class Trail:
    """Keeps and sends the records of one process."""

    def __init__(self, settings: Settings) -> None:
        self.directory = settings.audit_spool
        self._exit_seconds = settings.exit_timeout * _SHARE_OF_EXIT
        self._lock = threading.RLock()
        self._streams: dict[Category, Stream] = {}
        self._troubles = Troubles(self.directory)
        self._syncing: Syncing = BeforeReturning() if settings.audit_sync == "always" else InBackground()
        self._sender = Sender(self.directory, settings.audit_keep_days * _DAY)
        self._sender.start()

    def record(self, draft: Draft) -> Receipt | None:
        """Keep one record; it is in the hands of the operating system, or of the disk, when this returns."""
        stream = self._stream(draft.category)
        receipt = stream.append(draft.content())
        self._troubles.tell(draft.category, stream.take_trouble())
        self._syncing.appended(stream)
        self._sender.wake()
        return receipt

    def flush(self) -> None:
        """Have everything on the disk, and try to send it within a share of the exit timeout."""
        self._syncing.finish(list(self._streams.values()))
        self._sender.flush(self._exit_seconds)

    def forget(self) -> None:
        """In a forked child: the files and locks are the parent's."""
        for stream in self._streams.values():
            stream.close()

    def _stream(self, category: Category) -> Stream:
        with self._lock:
            stream = self._streams.get(category)
            if stream is None or stream.broken:
                stream = self._streams[category] = Stream(self.directory, destination.resource)
                self._sender.watch(stream)
            return stream


_lock = threading.RLock()
_trail: Trail | None = None
_told_off = False


def trail() -> Trail | None:
    """The trail of this process, made when it is first needed; None where the SDK is switched off."""
    global _trail, _told_off
    with _lock:
        if is_true(environment(), "OTEL_SDK_DISABLED"):
            if not _told_off:
                _log.warning("otel_voice: OTEL_SDK_DISABLED is true: audit records are neither kept nor sent")
            _told_off = True
            return None
        if _trail is None:
            _trail = Trail(Settings.from_env())
        return _trail


def resume() -> None:
    """At the start of a process: send what others left behind."""
    trail()


def flush() -> None:
    """Have everything on the disk, and try to send it. May be called at any time."""
    if _trail is not None:
        _trail.flush()


def _forget() -> None:
    global _trail, _lock
    _lock = threading.RLock()
    if _trail is not None:
        _trail.forget()
    _trail = None


before_flush(flush)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
