"""The start of a program that wants its health watched: event loops, exports, and a port where one is named."""

from __future__ import annotations

import errno
import os
from collections.abc import MutableMapping

from otel_voice.export import telling
from otel_voice.export.pipeline import PIPELINE
from otel_voice.health import loops, statuses
from otel_voice.settings import Settings


def start(env: MutableMapping[str, str], chosen: Settings) -> None:
    """Watch, and serve; what is wrong with the port is told once, and not by the children of who has it."""
    loops.watch(chosen.loop_block_seconds)
    PIPELINE.exports()
    statuses.export()
    if chosen.health_port is None:
        return
    from otel_voice.health.pages import pages
    from otel_voice.health.server import busy, serve

    problems = serve(chosen.health_host, chosen.health_port, pages())
    telling.tell_once(env, problems)
    if not problems:
        taken = OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        telling.need_not_tell(env, busy(chosen.health_host, chosen.health_port, taken))
