"""The settings of otel_voice, and the only reader of environment variables.

`Settings.from_env` never raises: a bad value keeps the default and is told in `Settings.problems`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from otel_voice.settings.process import default_data_dir, environment, is_any_set, is_true, known_secrets
from otel_voice.settings.variables import VARIABLES, Variable

__all__ = [
    "VARIABLES",
    "Settings",
    "Variable",
    "default_data_dir",
    "environment",
    "is_any_set",
    "is_true",
    "known_secrets",
]

PREFIX = "OTEL_VOICE_"

# Where a process leaves word for its children that a problem has been told already.
REPORTED = "OTEL_VOICE_REPORTED"

TraceScope = Literal["conversation", "turn"]
ContentCapture = Literal["NO_CONTENT", "SPAN_ONLY", "EVENT_ONLY", "SPAN_AND_EVENT"]
Semconv = Literal["old", "new", "both"]
AuditSync = Literal["background", "always"]
LogFormat = Literal["", "readable", "json"]

SHORTEST_KEY = 16
"""Characters of a key that is worth the name; 10^10 telephone numbers are tried in hours."""


_NOTHING: Mapping[str, Any] = MappingProxyType({})


# A dataclass of this size takes 2 ms of every start.
class Settings(NamedTuple):
    """What the user asked for. Durations are in seconds, levels are numbers of the logging module.

    `log_rotation` is the bytes of a log file, 0 for a file a day.
    """

    trace_scope: TraceScope = "conversation"
    conversation_idle_timeout: float = 10.0
    infer_tools: bool = True
    capture_content: ContentCapture = "NO_CONTENT"
    content_max_length: int = 4096
    redaction: Mapping[str, str] = _NOTHING
    redaction_key: str = ""
    redaction_allow: tuple[str, ...] = ()
    redaction_national_ids: frozenset[str] = frozenset()
    semconv: Semconv = "old"
    prices: str = ""
    websocket_hosts: Mapping[str, str] = _NOTHING
    log_level: int = logging.INFO
    log_levels: Mapping[str, int] = _NOTHING
    log_include: tuple[str, ...] = ()
    log_exclude: tuple[str, ...] = ()
    log_burst: int = 1000
    log_format: LogFormat = ""
    log_dir: Path | None = None
    log_rotation: int = 0
    log_retention: int = 14
    log_compression: Literal["gzip", "none"] = "gzip"
    log_config: Path | None = None
    exit_timeout: float = 2.0
    sigterm_flush: bool = True
    asyncio: bool = False
    health_port: int | None = None
    health_host: str = "127.0.0.1"
    health_max_calls: int | None = None
    system_metrics: bool = False
    loop_block_seconds: float = 0.25
    data_dir: Path | None = None
    audit_dir: Path | None = None
    audit_sync: AuditSync = "background"
    audit_keep_days: float = 30.0
    cors_origins: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Without the values, one of which is a key."""
        return f"<{type(self).__name__}>"

    @property
    def audit_spool(self) -> Path:
        """The directory in which audit records are kept until they are sent."""
        return self.audit_dir or (self.data_dir or Path()) / "audit"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from `env`, by default the environment of this process. Never raises."""
        env = environment() if env is None else env
        problems = _unknown_names(env)
        values = {variable.field: _read(variable, env, problems) for variable in VARIABLES}
        values["data_dir"] = values["data_dir"] or default_data_dir(env)
        problems += _key_problems(values["redaction"], str(values["redaction_key"]))
        return cls(**values, problems=tuple(problems))  # type: ignore[arg-type]


def _read(variable: Variable, env: Mapping[str, str], problems: list[str]) -> object:
    text = env.get(variable.name, "").strip()
    try:
        return variable.parse(text or variable.default)
    except ValueError:
        problems.append(
            f"{variable.name}={text!r} is not allowed. Allowed: {variable.allowed}. Using {variable.default} instead."
        )
        return variable.parse(variable.default)


def _key_problems(redaction: object, key: str) -> list[str]:
    """The key itself is never told."""
    if key and len(key) < SHORTEST_KEY:
        return [f"OTEL_VOICE_REDACTION_KEY has fewer than {SHORTEST_KEY} characters: what it hashes can be guessed."]
    if not key and isinstance(redaction, dict) and "hash" in redaction.values():
        return [
            "OTEL_VOICE_REDACTION asks for hash, and OTEL_VOICE_REDACTION_KEY is not set: hashes are the same within "
            "this process only. Set a key of 16 characters or more."
        ]
    return []


def _unknown_names(env: Mapping[str, str]) -> list[str]:
    known = {variable.name for variable in VARIABLES} | {REPORTED}
    return [_unknown(name, known) for name in env if name.startswith(PREFIX) and name not in known]


def _unknown(name: str, known: set[str]) -> str:
    import difflib

    closest = difflib.get_close_matches(name, sorted(known - {REPORTED}), n=1, cutoff=0.0)[0]
    return f"{name} is not a setting of otel_voice and is ignored. Did you mean {closest}?"
