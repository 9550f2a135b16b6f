"""What was sent long ago is given up, in whole files, the oldest first. What was not sent stays."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from itertools import groupby, pairwise
from pathlib import Path

from otel_voice.audit_trail import spool
from otel_voice.audit_trail.locking import Lock
from otel_voice.audit_trail.spool import Segment
from otel_voice.audit_trail.unsent import Unsent

_log = logging.getLogger(__name__)


def prune(directory: Path, keep_seconds: float, own: Collection[str]) -> None:
    """Remove files that were sent and not written for `keep_seconds`; of the streams in `own` not the last file."""
    try:
        found = spool.segments(directory)
    except OSError:
        return
    for stream, segments in groupby(found, key=lambda segment: segment.stream):
        try:
            _prune_stream(directory, list(segments), time.time() - keep_seconds, stream in own)
        except OSError as error:
            _log.warning("otel_voice: old audit files in %s cannot be removed: %s", directory, error.strerror)
            return


def _prune_stream(directory: Path, segments: list[Segment], before: float, own: bool) -> None:
    stream = segments[0].stream
    sent = spool.read_sent(directory, stream)
    for segment, following in pairwise(segments):
        if following.first - 1 > sent or segment.path.stat().st_mtime > before:
            return
        segment.path.unlink()
    last = segments[-1].path
    if own or last.stat().st_mtime > before:
        return
    lock = Lock.acquire(spool.lock_path(directory, stream))
    if lock is None:
        return
    try:
        if not Unsent(directory, stream).batch(1).records:
            last.unlink()
            spool.sent_path(directory, stream).unlink(missing_ok=True)
            spool.lock_path(directory, stream).unlink(missing_ok=True)
    finally:
        lock.release()
