"""What `opentelemetry-instrument` runs first: defaults, checked settings, and instrumentors that cannot do harm."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

from opentelemetry.instrumentation.dependencies import DependencyConflictError
from opentelemetry.instrumentation.distro import BaseDistro  # type: ignore[attr-defined]
from opentelemetry.util._importlib_metadata import entry_points

from otel_voice import settings
from otel_voice.export import checks, children, defaults, failures, policy, telling

NAME = "otel_voice"
SYSTEM_METRICS = "system_metrics"
EXCLUDED = "OTEL_PYTHON_SYSTEM_METRICS_EXCLUDED_METRICS"

_log = logging.getLogger(__name__)


class VoiceDistro(BaseDistro):  # type: ignore[misc]
    """Configures OpenTelemetry for a voice agent by defaults only: whatever the user set holds."""

    active = False

    def _configure(self, **kwargs: Any) -> None:
        env = settings.environment()
        VoiceDistro.active = True
        if settings.is_true(env, "OTEL_SDK_DISABLED"):
            return
        failures.show()
        problems = checks.repair(env)
        defaults.apply(env)
        chosen = settings.Settings.from_env(env)
        problems += chosen.problems
        problems += _missing_service_name(env)
        problems += _system_metrics(env, chosen)
        if problems:
            policy.use(chosen, env)  # they quote the settings
        telling.tell_once(env, problems)

    def load_instrumentor(self, entry_point: Any, **kwargs: Any) -> None:
        """Load one instrumentor; one that fails is told and skipped, the others go on."""
        try:
            self._load(entry_point, **kwargs)
        except (ModuleNotFoundError, DependencyConflictError):
            raise
        except Exception as error:  # noqa: BLE001 - any other error would stop every instrumentor after it
            _log.error(
                "otel_voice: the instrumentation %s failed and is off: %s: %s",
                entry_point.name,
                type(error).__name__,
                error,
            )

    def _load(self, entry_point: Any, **kwargs: Any) -> None:
        env = settings.environment()
        if settings.is_true(env, "OTEL_SDK_DISABLED"):
            return
        # Settings are read for whom they concern: every provider is an instrumentor, and a start pays for each.
        if entry_point.name == "asyncio" and not settings.Settings.from_env(env).asyncio:
            return
        if entry_point.name == SYSTEM_METRICS and not settings.Settings.from_env(env).system_metrics:
            return
        if entry_point.name == "logging":
            from otel_voice.logs import setup

            setup.load(entry_point, env, **kwargs)
            return
        super().load_instrumentor(entry_point, **kwargs)


def _missing_service_name(env: MutableMapping[str, str]) -> list[str]:
    named = env.get("OTEL_SERVICE_NAME") or "service.name=" in env.get("OTEL_RESOURCE_ATTRIBUTES", "")
    if named or env.get("OTEL_CONFIG_FILE"):
        return []
    return ["OTEL_SERVICE_NAME is not set: your telemetry is filed under unknown_service. Set it to your agent's name."]


def _system_metrics(env: MutableMapping[str, str], chosen: settings.Settings) -> list[str]:
    """Make ready for them where they are wanted; what is missing."""
    if not chosen.system_metrics:
        return []
    # Not the deprecated doubles, and not a walk through every socket of the machine at each collection.
    if not env.get(EXCLUDED):
        env[EXCLUDED] = "process.runtime.*,system.network.connections"
    if any(each.name == SYSTEM_METRICS for each in entry_points(group="opentelemetry_instrumentor")):
        return []
    return [
        "OTEL_VOICE_SYSTEM_METRICS=true, but opentelemetry-instrumentation-system-metrics is not installed: only event "
        "loops are measured. pip install 'otel-voice[health]'"
    ]


def after_instrumentors() -> None:
    """The last step of `opentelemetry-instrument`, whoever's distro is at work."""
    env = settings.environment()
    if settings.is_true(env, "OTEL_SDK_DISABLED"):
        return
    children.instrument_spawned(env)
    report_clash(env)
    _watch_health(env)


def _watch_health(env: MutableMapping[str, str]) -> None:
    if not settings.is_any_set(env, "OTEL_VOICE_HEALTH_PORT", "OTEL_VOICE_SYSTEM_METRICS"):
        return
    chosen = settings.Settings.from_env(env)
    if chosen.health_port is None and not chosen.system_metrics:
        return
    try:
        from otel_voice.health import starting

        starting.start(env, chosen)
    except Exception as error:  # noqa: BLE001 - the program starts, whatever its health
        _log.error("otel_voice: health is not watched: %s: %s", type(error).__name__, error)


def report_clash(env: MutableMapping[str, str]) -> None:
    """Tell which of several distros and configurators is at work, where the user did not choose."""
    failures.show()
    distro = _rival(env, "distro", VoiceDistro.active)
    configurator = _rival(env, "configurator", _is_our_configurator_active())
    if clashes := " and ".join(filter(None, (distro, configurator))):
        telling.tell_once(env, [f"{clashes}. Set {_CHOICE} to be sure of ours."])


_CHOICE = f"OTEL_PYTHON_DISTRO={NAME} OTEL_PYTHON_CONFIGURATOR={NAME}"


def _rival(env: MutableMapping[str, str], kind: str, ours_is_active: bool) -> str | None:
    if env.get(f"OTEL_PYTHON_{kind.upper()}"):
        return None
    names = {entry_point.name for entry_point in entry_points(group=f"opentelemetry_{kind}")} - {NAME}
    if not names:
        return None
    others = ", ".join(sorted(names))
    active, idle = (NAME, others) if ours_is_active else (others, NAME)
    return f"several {kind}s are installed: {active} is active, {idle} is not"


def _is_our_configurator_active() -> bool:
    from otel_voice.configurator import VoiceConfigurator

    return VoiceConfigurator.active
