"""Every setting of otel_voice, declared once, and the only reader of environment variables.

`Settings.from_env` never raises: a bad value keeps the default and is told in `Settings.problems`.
"""

from __future__ import annotations

import logging
import math
import os
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

PREFIX = "OTEL_VOICE_"

# Where a process leaves word for its children that a problem has been told already.
REPORTED = "OTEL_VOICE_REPORTED"

TraceScope = Literal["conversation", "turn"]
ContentCapture = Literal["NO_CONTENT", "SPAN_ONLY", "EVENT_ONLY", "SPAN_AND_EVENT"]
Semconv = Literal["old", "new", "both"]
AuditSync = Literal["background", "always"]
LogFormat = Literal["", "readable", "json"]


@dataclass(frozen=True)
class Variable:
    """One environment variable: `field` of Settings it fills, and how its text is read.

    `parse` raises ValueError for a text that is not allowed.
    """

    name: str
    field: str
    default: str
    allowed: str
    brief: str
    parse: Callable[[str], object]


def environment() -> MutableMapping[str, str]:
    """The environment of this process, for the parts that hand it on or write defaults into it."""
    return os.environ


def is_true(env: Mapping[str, str], name: str) -> bool:
    """Whether a variable of the OpenTelemetry SDK says `true`, read as the SDK reads it."""
    return env.get(name, "").strip().lower() == "true"


def is_any_set(env: Mapping[str, str], *names: str) -> bool:
    """Whether it is worth while to read the settings: most programs set none of these."""
    return any(env.get(name) for name in names)


def default_data_dir(env: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The user's data directory for otel_voice, by the custom of each platform."""
    return _platform_data_dir(env, platform) / "otel-voice"


def _platform_data_dir(env: Mapping[str, str], platform: str) -> Path:
    if platform == "darwin":
        return _home() / "Library" / "Application Support"
    if platform == "win32":
        return Path(env.get("LOCALAPPDATA") or _home() / "AppData" / "Local")
    # The XDG specification says that a relative path must be ignored.
    xdg = Path(env.get("XDG_DATA_HOME") or "")
    return xdg if xdg.is_absolute() else _home() / ".local" / "share"


def _home() -> Path:
    """A container's random user has no home; the current directory is what it can write to."""
    try:
        return Path.home()
    except RuntimeError:
        return Path()


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(text)
        return text.lower()

    return parse


def _boolean(text: str) -> bool:
    return _one_of("true", "false")(text) == "true"


def _seconds(text: str) -> float:
    value = float(text)
    if not math.isfinite(value) or value < 0:
        raise ValueError(text)
    return value


def _positive_seconds(text: str) -> float:
    value = _seconds(text)
    if value == 0:
        raise ValueError(text)
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def _count_above_zero(text: str) -> int | None:
    """None where nothing is said."""
    value = int(text) if text else None
    if value is not None and value <= 0:
        raise ValueError(text)
    return value


def _port(text: str) -> int | None:
    value = _count_above_zero(text)
    if value is not None and value > 65535:
        raise ValueError(text)
    return value


def _level(text: str) -> int:
    return int(getattr(logging, _one_of("debug", "info", "warning", "error", "critical")(text).upper()))


_CONTENT_ALIASES = {"TRUE": "SPAN_ONLY", "FALSE": "NO_CONTENT"}


def _content(text: str) -> str:
    name = _CONTENT_ALIASES.get(text.upper(), text.upper())
    if name not in ("NO_CONTENT", "SPAN_ONLY", "EVENT_ONLY", "SPAN_AND_EVENT"):
        raise ValueError(text)
    return name


def _semconv(text: str) -> str:
    """Other entries of the list belong to other instrumentations."""
    entries = {entry.strip() for entry in text.split(",")}
    if "gen_ai_latest_experimental/dup" in entries:
        return "both"
    return "new" if "gen_ai_latest_experimental" in entries else "old"


_SPOKEN = frozenset({"deepgram", "assemblyai", "cartesia", "elevenlabs", "openai", "google_genai"})
"""Providers whose protocols can be read without their SDKs."""


def _hosts(text: str) -> dict[str, str]:
    hosts = {}
    for entry in filter(None, (each.strip() for each in text.split(","))):
        host, _, provider = entry.rpartition("=")
        if not host or provider not in _SPOKEN or "/" in host:
            raise ValueError(entry)
        hosts[host.strip().lower()] = provider
    return hosts


KINDS = ("secret", "phone", "email", "card", "national_id")
ACTIONS = ("mask", "hash", "drop")
NATIONAL_IDS = ("us_ssn", "br_cpf", "ch_ahv", "uk_nino", "es_dni")
"""What can be redacted, and how; otel_voice/privacy/ says what each of them is."""


def _entries(text: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split(",") if entry.strip())


def _redaction(text: str) -> dict[str, str]:
    actions = {}
    for entry in _entries(text.lower()):
        kind, _, action = (part.strip() for part in entry.partition("="))
        if kind not in KINDS or action not in ACTIONS:
            raise ValueError(entry)
        actions[kind] = action
    return actions


def _allowed(text: str) -> tuple[str, ...]:
    """At most one `*` in each, and something beside it: a pattern must not allow everything by accident."""
    for entry in _entries(text):
        if entry.count("*") > 1 or ("*" in entry and len(entry) < 4):
            raise ValueError(entry)
    return _entries(text)


def _national_ids(text: str) -> frozenset[str]:
    names = frozenset(_entries(text.lower()))
    if not names <= set(NATIONAL_IDS):
        raise ValueError(text)
    return names


SHORTEST_KEY = 16
"""Characters of a key that is worth the name; 10^10 telephone numbers are tried in hours."""

_NAMES_SECRET = re.compile(
    r"(?:^|_)(?:(?:API)?_?KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:_ID)?$", re.IGNORECASE
)
_LOOKS_SECRET = re.compile(r"(?=[^/\\\s])(?=\S*[0-9A-Z_=+.\-])\S{12,1024}")


def known_secrets(env: Mapping[str, str]) -> tuple[str, ...]:
    """The values of variables that are named as keys, tokens and passwords, longest first; paths are none."""
    values = {value for name, value in env.items() if _NAMES_SECRET.search(name) and _LOOKS_SECRET.fullmatch(value)}
    return tuple(sorted(values, key=lambda value: (-len(value), value)))


def _levels(text: str) -> dict[str, int]:
    """`a.b=DEBUG, c=ERROR`: a level for each logger and for those below it."""
    levels = {}
    for entry in _entries(text):
        name, equals, level = entry.partition("=")
        if not equals or not name.strip():
            raise ValueError(entry)
        levels[name.strip()] = _level(level.strip())
    return levels


_SIZE_UNITS = {"kb": 10**3, "mb": 10**6, "gb": 10**9}


def _rotation(text: str) -> int:
    """Bytes after which a file is put aside; 0 for every day."""
    if text.lower() == "daily":
        return 0
    number, unit = text[:-2].strip(), text[-2:].lower()
    if unit not in _SIZE_UNITS or not number.isdecimal() or int(number) == 0:
        raise ValueError(text)
    return int(number) * _SIZE_UNITS[unit]


_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


def _origins(text: str) -> frozenset[str]:
    origins = frozenset(filter(None, (each.strip().lower() for each in text.split(","))))
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(origin)
    return origins


def _directory(text: str) -> Path | None:
    try:
        return Path(text).expanduser() if text else None
    except RuntimeError as error:
        raise ValueError(text) from error


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "OTEL_VOICE_TRACE_SCOPE",
        "trace_scope",
        "conversation",
        "conversation, turn",
        "One trace per conversation, or one per turn linked to its conversation.",
        _one_of("conversation", "turn"),
    ),
    Variable(
        "OTEL_VOICE_CONVERSATION_IDLE_TIMEOUT",
        "conversation_idle_timeout",
        "10",
        "seconds above 0",
        "An implicit conversation with no open stream ends after this much silence.",
        _positive_seconds,
    ),
    Variable(
        "OTEL_VOICE_INFER_TOOLS",
        "infer_tools",
        "true",
        "true, false",
        "Tool calls are seen from the model's call to the request that carries the result back.",
        _boolean,
    ),
    Variable(
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
        "capture_content",
        "NO_CONTENT",
        "NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT, true (SPAN_ONLY), false (NO_CONTENT)",
        "Where transcripts, prompts and spoken text are recorded, redacted.",
        _content,
    ),
    Variable(
        "OTEL_VOICE_CONTENT_MAX_LENGTH",
        "content_max_length",
        "4096",
        "characters, 0 or more",
        "Recorded content is cut to this length.",
        _count,
    ),
    Variable(
        "OTEL_VOICE_REDACTION",
        "redaction",
        "",
        "kind=action, separated by commas; kinds are secret, phone, email, card, national_id; actions are mask, hash, "
        "drop",
        "What is done with private data of a kind; `mask` where nothing is said, see docs/privacy.md.",
        _redaction,
    ),
    Variable(
        "OTEL_VOICE_REDACTION_KEY",
        "redaction_key",
        "",
        "16 characters or more",
        "The key of `hash`: with the same one, the same caller has the same hash in every process.",
        str,
    ),
    Variable(
        "OTEL_VOICE_REDACTION_ALLOW",
        "redaction_allow",
        "",
        "values, separated by commas, each with at most one `*`",
        "What may leave although it looks private: `*@example.com`, `+41446681800`.",
        _allowed,
    ),
    Variable(
        "OTEL_VOICE_REDACTION_NATIONAL_IDS",
        "redaction_national_ids",
        "",
        "us_ssn, br_cpf, ch_ahv, uk_nino, es_dni, separated by commas",
        "National ids that are looked for.",
        _national_ids,
    ),
    Variable(
        "OTEL_SEMCONV_STABILITY_OPT_IN",
        "semconv",
        "",
        "gen_ai_latest_experimental, gen_ai_latest_experimental/dup",
        "The renamed GenAI metrics instead of the old names, or both.",
        _semconv,
    ),
    Variable(
        "OTEL_VOICE_PRICES",
        "prices",
        "",
        "a JSON file, none",
        "Prices that go before the shipped ones, see docs/prices.md; `none` tells no costs.",
        str,
    ),
    Variable(
        "OTEL_VOICE_WEBSOCKET_HOSTS",
        "websocket_hosts",
        "",
        "host=provider or host:port=provider, separated by commas; providers are deepgram, assemblyai, cartesia, "
        "elevenlabs, openai, google_genai",
        "Hosts of your own that speak a provider's protocol over a websocket: a proxy, a self-hosted server.",
        _hosts,
    ),
    Variable(
        "OTEL_VOICE_LOG_LEVEL",
        "log_level",
        "INFO",
        "DEBUG, INFO, WARNING, ERROR, CRITICAL",
        "The least severe log record that is exported; console output does not change.",
        _level,
    ),
    Variable(
        "OTEL_VOICE_LOG_LEVELS",
        "log_levels",
        "",
        "logger=level, separated by commas",
        "Other levels than OTEL_VOICE_LOG_LEVEL, for these loggers and those below them.",
        _levels,
    ),
    Variable(
        "OTEL_VOICE_LOG_INCLUDE",
        "log_include",
        "",
        "names of loggers, separated by commas",
        "Only records of these loggers and of those below them are exported.",
        _entries,
    ),
    Variable(
        "OTEL_VOICE_LOG_EXCLUDE",
        "log_exclude",
        "",
        "names of loggers, separated by commas",
        "Records of these loggers and of those below them are not exported; the longer name decides.",
        _entries,
    ),
    Variable(
        "OTEL_VOICE_LOG_BURST",
        "log_burst",
        "1000",
        "records a second, 0 for no limit",
        "More records of one message of one logger are suppressed, and their number told. Not of security and audit.",
        _count,
    ),
    Variable(
        "OTEL_VOICE_LOG_FORMAT",
        "log_format",
        "",
        "readable, json, nothing",
        "How the console's log lines look; empty leaves them as the program has them.",
        _one_of("readable", "json", ""),
    ),
    Variable(
        "OTEL_VOICE_LOG_DIR",
        "log_dir",
        "",
        "a directory",
        "Where log records are also written to files, one for each category; empty writes none.",
        _directory,
    ),
    Variable(
        "OTEL_VOICE_LOG_ROTATION",
        "log_rotation",
        "daily",
        "daily, or a size as 100MB (KB, MB, GB)",
        "When a log file is put aside and a new one begun; days are those of UTC.",
        _rotation,
    ),
    Variable(
        "OTEL_VOICE_LOG_RETENTION",
        "log_retention",
        "14",
        "a number of files",
        "How many files put aside are kept of a category; security and audit are all kept.",
        _count,
    ),
    Variable(
        "OTEL_VOICE_LOG_COMPRESSION",
        "log_compression",
        "gzip",
        "gzip, none",
        "How a log file that is put aside is compressed.",
        _one_of("gzip", "none"),
    ),
    Variable(
        "OTEL_VOICE_LOG_CONFIG",
        "log_config",
        "",
        "a JSON or TOML file",
        "A file with the settings of logs, see docs/logs.md; what the environment says goes before it.",
        _directory,
    ),
    Variable(
        "OTEL_VOICE_EXIT_TIMEOUT",
        "exit_timeout",
        "2",
        "seconds, 0 or more",
        "The most that exporting may delay the end of the process, all signals together.",
        _seconds,
    ),
    Variable(
        "OTEL_VOICE_SIGTERM_FLUSH",
        "sigterm_flush",
        "true",
        "true, false",
        "Export what is finished before the process dies of SIGTERM.",
        _boolean,
    ),
    Variable(
        "OTEL_VOICE_ASYNCIO",
        "asyncio",
        "false",
        "true, false",
        "Switch the asyncio instrumentation on: 14 us for every task.",
        _boolean,
    ),
    Variable(
        "OTEL_VOICE_HEALTH_PORT",
        "health_port",
        "",
        "a port, 1 to 65535",
        "Serve health checks and metrics on this port, see docs/health.md; empty serves none.",
        _port,
    ),
    Variable(
        "OTEL_VOICE_HEALTH_HOST",
        "health_host",
        "127.0.0.1",
        "an address of this machine",
        "Where that port listens: 0.0.0.0 for probes from other machines.",
        str,
    ),
    Variable(
        "OTEL_VOICE_HEALTH_MAX_CALLS",
        "health_max_calls",
        "",
        "a number of calls above 0",
        "With this many open calls the process is not ready for another; empty is no limit.",
        _count_above_zero,
    ),
    Variable(
        "OTEL_VOICE_SYSTEM_METRICS",
        "system_metrics",
        "false",
        "true, false",
        "Measure processor, memory, disk, network, garbage collection and event loops; needs otel-voice[health].",
        _boolean,
    ),
    Variable(
        "OTEL_VOICE_LOOP_BLOCK_SECONDS",
        "loop_block_seconds",
        "0.25",
        "seconds, 0 or more",
        "An event loop blocked for this long is told with its stack, where health or system metrics are on; 0: never.",
        _seconds,
    ),
    Variable(
        "OTEL_VOICE_DATA_DIR",
        "data_dir",
        "",
        "a directory",
        "Where `otel-voice run` keeps its store; empty is the user's data directory.",
        _directory,
    ),
    Variable(
        "OTEL_VOICE_AUDIT_DIR",
        "audit_dir",
        "",
        "a directory",
        "Where audit and security records are kept until they are sent; empty is `audit` in the data directory.",
        _directory,
    ),
    Variable(
        "OTEL_VOICE_AUDIT_SYNC",
        "audit_sync",
        "background",
        "background, always",
        "Whether `audit()` waits for the disk itself, or a thread does at most 0.05 s later.",
        _one_of("background", "always"),
    ),
    Variable(
        "OTEL_VOICE_AUDIT_KEEP_DAYS",
        "audit_keep_days",
        "30",
        "days, 0 or more",
        "How long files of audit records stay after they were sent.",
        _seconds,
    ),
    Variable(
        "OTEL_VOICE_CORS_ORIGINS",
        "cors_origins",
        "",
        "origins, separated by commas: https://app.example.com",
        "Pages that may send to the receiver of `otel-voice run` from a browser; no others may.",
        _origins,
    ),
)


@dataclass(frozen=True)
class Settings:
    """What the user asked for. Durations are in seconds, levels are numbers of the logging module.

    `log_rotation` is the bytes of a log file, 0 for a file a day.
    """

    trace_scope: TraceScope = "conversation"
    conversation_idle_timeout: float = 10.0
    infer_tools: bool = True
    capture_content: ContentCapture = "NO_CONTENT"
    content_max_length: int = 4096
    redaction: Mapping[str, str] = field(default_factory=dict)
    redaction_key: str = field(default="", repr=False)
    redaction_allow: tuple[str, ...] = ()
    redaction_national_ids: frozenset[str] = frozenset()
    semconv: Semconv = "old"
    prices: str = ""
    websocket_hosts: Mapping[str, str] = field(default_factory=dict)
    log_level: int = logging.INFO
    log_levels: Mapping[str, int] = field(default_factory=dict)
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


def markdown_table() -> str:
    """The settings as a table for the README."""
    rows = ["| variable | default | allowed | what it does |", "|---|---|---|---|"]
    rows += [f"| `{v.name}` | {_shown(v.default)} | {v.allowed} | {v.brief} |" for v in VARIABLES]
    return "\n".join(rows) + "\n"


def _shown(default: str) -> str:
    return f"`{default}`" if default else "(empty)"
