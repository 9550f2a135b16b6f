"""Every environment variable of otel_voice, declared once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from otel_voice.settings.parsing import (
    allowed,
    boolean,
    content,
    count,
    count_above_zero,
    directory,
    entries,
    hosts,
    level,
    levels,
    national_ids,
    one_of,
    origins,
    port,
    positive_seconds,
    redaction,
    rotation,
    seconds,
    semconv,
)


class Variable(NamedTuple):
    """One environment variable: `field` of Settings it fills, and how its text is read.

    `parse` raises ValueError for a text that is not allowed.
    """

    name: str
    field: str
    default: str
    allowed: str
    brief: str
    parse: Callable[[str], object]


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "OTEL_VOICE_TRACE_SCOPE",
        "trace_scope",
        "conversation",
        "conversation, turn",
        "One trace per conversation, or one per turn linked to its conversation.",
        one_of("conversation", "turn"),
    ),
    Variable(
        "OTEL_VOICE_CONVERSATION_IDLE_TIMEOUT",
        "conversation_idle_timeout",
        "10",
        "seconds above 0",
        "An implicit conversation with no open stream ends after this much silence.",
        positive_seconds,
    ),
    Variable(
        "OTEL_VOICE_INFER_TOOLS",
        "infer_tools",
        "true",
        "true, false",
        "Tool calls are seen from the model's call to the request that carries the result back.",
        boolean,
    ),
    Variable(
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
        "capture_content",
        "NO_CONTENT",
        "NO_CONTENT, SPAN_ONLY, EVENT_ONLY, SPAN_AND_EVENT, true (SPAN_ONLY), false (NO_CONTENT)",
        "Where transcripts, prompts and spoken text are recorded, redacted.",
        content,
    ),
    Variable(
        "OTEL_VOICE_CONTENT_MAX_LENGTH",
        "content_max_length",
        "4096",
        "characters, 0 or more",
        "Recorded content is cut to this length.",
        count,
    ),
    Variable(
        "OTEL_VOICE_REDACTION",
        "redaction",
        "",
        "kind=action, separated by commas; kinds are secret, phone, email, card, national_id; actions are mask, hash, "
        "drop",
        "What is done with private data of a kind; `mask` where nothing is said, see docs/privacy.md.",
        redaction,
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
        allowed,
    ),
    Variable(
        "OTEL_VOICE_REDACTION_NATIONAL_IDS",
        "redaction_national_ids",
        "",
        "us_ssn, br_cpf, ch_ahv, uk_nino, es_dni, separated by commas",
        "National ids that are looked for.",
        national_ids,
    ),
    Variable(
        "OTEL_SEMCONV_STABILITY_OPT_IN",
        "semconv",
        "",
        "gen_ai_latest_experimental, gen_ai_latest_experimental/dup",
        "The renamed GenAI metrics instead of the old names, or both.",
        semconv,
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
        hosts,
    ),
    Variable(
        "OTEL_VOICE_LOG_LEVEL",
        "log_level",
        "INFO",
        "DEBUG, INFO, WARNING, ERROR, CRITICAL",
        "The least severe log record that is exported; console output does not change.",
        level,
    ),
    Variable(
        "OTEL_VOICE_LOG_LEVELS",
        "log_levels",
        "",
        "logger=level, separated by commas",
        "Other levels than OTEL_VOICE_LOG_LEVEL, for these loggers and those below them.",
        levels,
    ),
    Variable(
        "OTEL_VOICE_LOG_INCLUDE",
        "log_include",
        "",
        "names of loggers, separated by commas",
        "Only records of these loggers and of those below them are exported.",
        entries,
    ),
    Variable(
        "OTEL_VOICE_LOG_EXCLUDE",
        "log_exclude",
        "",
        "names of loggers, separated by commas",
        "Records of these loggers and of those below them are not exported; the longer name decides.",
        entries,
    ),
    Variable(
        "OTEL_VOICE_LOG_BURST",
        "log_burst",
        "1000",
        "records a second, 0 for no limit",
        "More records of one message of one logger are suppressed, and their number told. Not of security and audit.",
        count,
    ),
    Variable(
        "OTEL_VOICE_LOG_FORMAT",
        "log_format",
        "",
        "readable, json, nothing",
        "How the console's log lines look; empty leaves them as the program has them.",
        one_of("readable", "json", ""),
    ),
    Variable(
        "OTEL_VOICE_LOG_DIR",
        "log_dir",
        "",
        "a directory",
        "Where log records are also written to files, one for each category; empty writes none.",
        directory,
    ),
    Variable(
        "OTEL_VOICE_LOG_ROTATION",
        "log_rotation",
        "daily",
        "daily, or a size as 100MB (KB, MB, GB)",
        "When a log file is put aside and a new one begun; days are those of UTC.",
        rotation,
    ),
    Variable(
        "OTEL_VOICE_LOG_RETENTION",
        "log_retention",
        "14",
        "a number of files",
        "How many files put aside are kept of a category; security and audit are all kept.",
        count,
    ),
    Variable(
        "OTEL_VOICE_LOG_COMPRESSION",
        "log_compression",
        "gzip",
        "gzip, none",
        "How a log file that is put aside is compressed.",
        one_of("gzip", "none"),
    ),
    Variable(
        "OTEL_VOICE_LOG_CONFIG",
        "log_config",
        "",
        "a JSON or TOML file",
        "A file with the settings of logs, see docs/logs.md; what the environment says goes before it.",
        directory,
    ),
    Variable(
        "OTEL_VOICE_EXIT_TIMEOUT",
        "exit_timeout",
        "2",
        "seconds, 0 or more",
        "The most that exporting may delay the end of the process, all signals together.",
        seconds,
    ),
    Variable(
        "OTEL_VOICE_SIGTERM_FLUSH",
        "sigterm_flush",
        "true",
        "true, false",
        "Export what is finished before the process dies of SIGTERM.",
        boolean,
    ),
    Variable(
        "OTEL_VOICE_ASYNCIO",
        "asyncio",
        "false",
        "true, false",
        "Switch the asyncio instrumentation on: 14 us for every task.",
        boolean,
    ),
    Variable(
        "OTEL_VOICE_HEALTH_PORT",
        "health_port",
        "",
        "a port, 1 to 65535",
        "Serve health checks and metrics on this port, see docs/health.md; empty serves none.",
        port,
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
        count_above_zero,
    ),
    Variable(
        "OTEL_VOICE_SYSTEM_METRICS",
        "system_metrics",
        "false",
        "true, false",
        "Measure processor, memory, disk, network, garbage collection and event loops; needs otel-voice[health].",
        boolean,
    ),
    Variable(
        "OTEL_VOICE_LOOP_BLOCK_SECONDS",
        "loop_block_seconds",
        "0.25",
        "seconds, 0 or more",
        "An event loop blocked for this long is told with its stack, where health or system metrics are on; 0: never.",
        seconds,
    ),
    Variable(
        "OTEL_VOICE_DATA_DIR",
        "data_dir",
        "",
        "a directory",
        "Where `otel-voice run` keeps its store; empty is the user's data directory.",
        directory,
    ),
    Variable(
        "OTEL_VOICE_AUDIT_DIR",
        "audit_dir",
        "",
        "a directory",
        "Where audit and security records are kept until they are sent; empty is `audit` in the data directory.",
        directory,
    ),
    Variable(
        "OTEL_VOICE_AUDIT_SYNC",
        "audit_sync",
        "background",
        "background, always",
        "Whether `audit()` waits for the disk itself, or a thread does at most 0.05 s later.",
        one_of("background", "always"),
    ),
    Variable(
        "OTEL_VOICE_AUDIT_KEEP_DAYS",
        "audit_keep_days",
        "30",
        "days, 0 or more",
        "How long files of audit records stay after they were sent.",
        seconds,
    ),
    Variable(
        "OTEL_VOICE_CORS_ORIGINS",
        "cors_origins",
        "",
        "origins, separated by commas: https://app.example.com",
        "Pages that may send to the receiver of `otel-voice run` from a browser; no others may.",
        origins,
    ),
)


def markdown_table() -> str:
    """The settings as a table for the README."""
    rows = ["| variable | default | allowed | what it does |", "|---|---|---|---|"]
    rows += [f"| `{v.name}` | {_shown(v.default)} | {v.allowed} | {v.brief} |" for v in VARIABLES]
    return "\n".join(rows) + "\n"


def _shown(default: str) -> str:
    return f"`{default}`" if default else "(empty)"
