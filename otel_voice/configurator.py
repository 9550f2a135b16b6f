"""The SDK's configurator with what a voice agent needs around it: visible failures and a bounded exit."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from opentelemetry.sdk import _configuration
from opentelemetry.sdk._configuration import _OTelSDKConfigurator
from opentelemetry.util._importlib_metadata import entry_points

from otel_voice import settings
from otel_voice.export import border, children, defaults, failures, forking, policy, sessions, signals
from otel_voice.export.exit import BoundedExit
from otel_voice.privacy import unchecked
from otel_voice.telemetry.presence import Presence

_log = logging.getLogger(__name__)

PULLED = "otel_voice_health"
"""The entry point of otel_voice.export.pulled, which is loaded where it is wanted."""


class VoiceConfigurator(_OTelSDKConfigurator):
    """Sets up the three providers from the environment, or from OTEL_CONFIG_FILE."""

    active = False

    def _configure(self, **kwargs: Any) -> None:
        env = settings.environment()
        if settings.is_true(env, "OTEL_SDK_DISABLED"):
            return
        failures.show()
        forking.forget_in_children()
        chosen = settings.Settings.from_env(env)
        try:
            super()._configure(**_arguments(env, chosen, kwargs))  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - the program runs on when telemetry cannot be set up
            _log.error("otel_voice: telemetry is not set up%s: %s: %s", _source(env), type(error).__name__, error)
            return
        failures.limit(defaults.endpoint(env))
        redact_exports(chosen, env)
        guard_exit(chosen)
        _resume_audit(chosen)
        VoiceConfigurator.active = True


def _arguments(env: Any, chosen: settings.Settings, kwargs: dict[str, Any]) -> dict[str, Any]:
    """A configuration file replaces all of them, and the SDK warns about each that is given."""
    if env.get("OTEL_CONFIG_FILE"):
        _require_configuration_files()
        return {}
    return {"exporter_args_map": sessions.exporter_arguments(env), **_pulled(env, chosen), **kwargs}


def _source(env: Mapping[str, str]) -> str:
    path = env.get("OTEL_CONFIG_FILE")
    return f" from OTEL_CONFIG_FILE={path}" if path else ""


def _pulled(env: Any, chosen: settings.Settings) -> dict[str, Any]:
    """Beside what is exported: the metrics that somebody comes for at the health port."""
    if chosen.health_port is None:
        return {}
    exporters = [name.strip() for name in env.get("OTEL_METRICS_EXPORTER", "").split(",")]
    # A copy of the package without its metadata has no entry points; to the SDK a name it does not find is fatal.
    installed = any(each.name == PULLED for each in entry_points(group="opentelemetry_metrics_exporter"))
    return {"metric_exporter_names": [PULLED]} if installed and PULLED not in exporters else {}


def _require_configuration_files() -> None:
    """An older SDK would pass the file over without a word, and send somewhere else."""
    if not hasattr(_configuration, "OTEL_CONFIG_FILE"):
        raise RuntimeError("OTEL_CONFIG_FILE is set, and this opentelemetry-sdk is too old to read it. Upgrade the SDK")


def redact_exports(chosen: settings.Settings, env: Mapping[str, str]) -> None:
    """Let nothing private leave, whoever said it."""
    policy.use(chosen, env)
    unchecked.listen(_count_unchecked)
    for _, provider in _providers():
        border.guard(provider)


def _count_unchecked(what: str, error_type: str) -> None:
    from otel_voice.telemetry import unchecked

    unchecked.count(what, error_type)


def _resume_audit(chosen: settings.Settings) -> None:
    """Send the audit records that a process before this one left; only who ever recorded any pays for it."""
    try:
        used = chosen.audit_spool.is_dir()
    except OSError:
        return
    if used:
        from otel_voice.audit_trail import trail

        trail.resume()


def guard_exit(chosen: settings.Settings) -> BoundedExit:
    """Let no way out of the process lose what is finished, and none of them wait for a dead collector."""
    bounded = BoundedExit(_providers(), chosen.exit_timeout, _presence())
    bounded.arm()
    children.flush_in_children(bounded)
    if chosen.sigterm_flush:
        signals.flush_on_sigterm(bounded.flush)
    return bounded


def _presence() -> Presence:
    from opentelemetry.metrics import get_meter

    return Presence(get_meter("otel_voice"))


def _providers() -> list[tuple[str, Any]]:
    """The global providers that are the SDK's; a signal without one has nothing to export."""
    from opentelemetry import _logs, metrics, trace

    found = [
        ("traces", trace.get_tracer_provider()),
        ("metrics", metrics.get_meter_provider()),
        ("logs", _logs.get_logger_provider()),
    ]
    return [(name, provider) for name, provider in found if hasattr(provider, "shutdown")]
