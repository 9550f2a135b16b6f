"""What was sent long ago is given up, in whole files, the oldest first. What was not sent stays."""

from __future__ import annotations

import logging
import time
from itertools import groupby, pairwise
from pathlib import Path

from otel_voice.audit_trail import spool
from otel_voice.audit_trail.spool import Segment

_log = logging.getLogger(__name__)


def prune(directory: Path, keep_seconds: float) -> None:
    """Remove files that were sent and not written for `keep_seconds`; the last of a stream when the stream is done."""
    try:
        found = spool.segments(directory)
    except OSError:
        return
    for _, segments in groupby(found, key=lambda segment: segment.stream):
        try:
            _prune_stream(directory, list(segments), time.time() - keep_seconds)
        except OSError as error:
            _log.warning("otel_voice: old audit files in %s cannot be removed: %s", directory, error.strerror)
            return


def _prune_stream(directory: Path, segments: list[Segment], before: float) -> None:
    stream = segments[0].stream
    sent = spool.read_sent(directory, stream)
    for segment, following in pairwise(segments):
        if following.first - 1 > sent or segment.path.stat().st_mtime > before:
            return
        segment.path.unlink()
    last = segments[-1].path
    if last.stat().st_mtime > before:
        return
    if spool.done_path(directory, stream).exists():
        last.unlink()
        spool.remove(directory, stream)
