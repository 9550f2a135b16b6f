"""Which of the ways to export log records is used: ours, or the official handler where the user asked for it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from otel_voice.export.failures import is_about_export
from otel_voice.logs.stdlib import StdlibBridge

_OFFICIAL = "opentelemetry.instrumentation.logging.handler"


def load(entry_point: Any, env: Mapping[str, str], level: int, **kwargs: Any) -> StdlibBridge | None:
    """Load the `logging` instrumentor as far as the user asked for it, and ours unless the user did not want it.

    Returns our bridge, installed, or None.
    """
    handler = env.get("OTEL_PYTHON_LOG_AUTO_INSTRUMENTATION", "").strip().lower()
    official = handler == "true" and find_spec(_OFFICIAL) is not None
    if official or _is_on(env, "OTEL_PYTHON_LOG_CORRELATION"):
        entry_point.load()().instrument(enable_log_auto_instrumentation=official, **kwargs)
    if official or _is_on(env, "OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED"):
        _tame_official_handlers()
        return None
    return None if handler == "false" else _install(level)


def _is_on(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").strip().lower() == "true"


def _install(level: int) -> StdlibBridge:
    from otel_voice.telemetry.redaction import redact

    bridge = StdlibBridge(redact, level)
    bridge.install()
    return bridge


def _tame_official_handlers() -> None:
    """What the export says about its own failure must not be exported: it would never end.

    And at exit, `logging` has its handlers flush. The official one starts a thread for it, which Python from 3.12 on
    refuses at that moment; our bounded exit flushes anyway.
    """
    for handler in logging.root.handlers:
        if type(handler).__module__.startswith("opentelemetry."):
            handler.addFilter(lambda record: not is_about_export(record.name))
            handler.flush = _nothing  # type: ignore[method-assign]


def _nothing() -> None:
    return None
