"""Which of the ways to export log records is used: ours, or the official handler where the user asked for it."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from otel_voice.export.failures import is_about_export

if TYPE_CHECKING:
    from types import ModuleType

    from otel_voice.logs.logs import Logs
    from otel_voice.logs.values import Redact
    from otel_voice.settings import Settings

_OFFICIAL = "opentelemetry.instrumentation.logging.handler"

_logs: Logs | None = None


def load(entry_point: Any, env: Mapping[str, str], **kwargs: Any) -> None:
    """Load the `logging` instrumentor as far as the user asked for it, and ours unless the user did not want it."""
    official = _wants_official(env) and find_spec(_OFFICIAL) is not None
    if official or _is_on(env, "OTEL_PYTHON_LOG_CORRELATION"):
        entry_point.load()().instrument(enable_log_auto_instrumentation=official, **kwargs)
    if official or _is_on(env, "OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED"):
        _tame_official_handlers()
    elif is_ours(env):
        logs(env).stdlib.install()


def is_ours(env: Mapping[str, str]) -> bool:
    """Whether log records are ours to export: they are not where the user switched the official handler on or off."""
    handler = env.get("OTEL_PYTHON_LOG_AUTO_INSTRUMENTATION", "").strip().lower()
    official = handler == "true" and find_spec(_OFFICIAL) is not None
    return not official and handler != "false" and not _is_on(env, "OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED")


def logs(env: Mapping[str, str]) -> Logs:
    """The logs of this process, made as `env` says when a library is first heard."""
    if _logs is None:
        _begin(_chosen(env), env)
    assert _logs is not None
    return _logs


def imported(library: ModuleType, env: Mapping[str, str]) -> None:
    """The program has imported a logging library that is to be heard."""
    if is_ours(env):
        logs(env).imported(library)


def leave(name: str) -> None:
    """Hear a library no more."""
    if _logs is not None:
        _logs.leave(name)


def configure(env: Mapping[str, str], options: Mapping[str, object]) -> None:
    """Set logs up anew, with `options` over what `env` says. Raises ValueError for an option that is not allowed."""
    from otel_voice.logs import configuration

    settings = configuration.in_code(env, options)
    if _logs is not None:
        _logs.end()
    begun = _begin(settings, env)
    if is_ours(env) and "logging" not in disabled(env):
        begun.stdlib.install()


def disabled(env: Mapping[str, str]) -> set[str]:
    """The instrumentations that the user does not want."""
    return {name.strip() for name in env.get("OTEL_PYTHON_DISABLED_INSTRUMENTATIONS", "").split(",")}


def _begin(settings: Settings, env: Mapping[str, str]) -> Logs:
    global _logs
    from otel_voice.logs.logs import Logs

    if _logs is None:
        atexit.register(_finish)
    _logs = Logs(settings, _redaction(settings), colour=not env.get("NO_COLOR"))
    _logs.begin()
    return _logs


def _redaction(settings: Settings) -> Redact:
    """Where each text is redacted: with its record where that is shown, else at the border, else by the caller."""
    from otel_voice.telemetry.redaction import redact

    if settings.log_dir is not None or settings.log_format:
        from otel_voice.logs.whole import before_cutting

        return before_cutting(redact)
    from opentelemetry._logs import get_logger_provider

    from otel_voice.logs.deferred import deferred

    return deferred(redact, get_logger_provider())


def _chosen(env: Mapping[str, str]) -> Settings:
    from otel_voice.settings import Settings, environment

    settings = Settings.from_env(env)
    if settings.log_config is None:
        return settings
    from otel_voice.export.telling import tell_once
    from otel_voice.logs import configuration

    settings, problems = configuration.chosen(env)
    tell_once(environment(), problems)
    return settings


def _finish() -> None:
    if _logs is not None:
        _logs.finish()


def _wants_official(env: Mapping[str, str]) -> bool:
    return env.get("OTEL_PYTHON_LOG_AUTO_INSTRUMENTATION", "").strip().lower() == "true"


def _is_on(env: Mapping[str, str], name: str) -> bool:
    return env.get(name, "").strip().lower() == "true"


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
