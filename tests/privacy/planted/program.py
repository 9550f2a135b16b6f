"""The program that says every secret in every place; started with `opentelemetry-instrument`."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import Final

import structlog

import otel_voice
from tests.privacy.planted import places

SAID: Final = "said"
"""A file in the working directory, there when all is said: a line on stdout may stand in the middle of another."""


def main() -> None:
    """Say everything, the log lines in both forms that the console can have; then wait to be asked for health."""
    logging.basicConfig(level=logging.INFO)
    lines = structlog.WriteLoggerFactory(sys.stderr)
    structlog.configure(processors=[structlog.processors.JSONRenderer()], logger_factory=lines)
    places.say(places.CONSOLE)
    otel_voice.configure_logs(format="json")
    places.say()
    Path(SAID).touch()
    threading.Event().wait()
