"""Settings: what each variable does, and that a bad one is told and never harms."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_voice import environment_variables
from otel_voice.settings import VARIABLES, Settings, known_secrets
from otel_voice.settings.variables import markdown_table

READ = [
    ("OTEL_VOICE_TRACE_SCOPE", "Turn", "trace_scope", "turn"),
    ("OTEL_VOICE_EXIT_TIMEOUT", "0.5", "exit_timeout", 0.5),
    ("OTEL_VOICE_SIGTERM_FLUSH", "FALSE", "sigterm_flush", False),
    ("OTEL_VOICE_ASYNCIO", "true", "asyncio", True),
    ("OTEL_VOICE_CONVERSATION_IDLE_TIMEOUT", "30", "conversation_idle_timeout", 30.0),
    ("OTEL_VOICE_DATA_DIR", "/data/voice", "data_dir", Path("/data/voice")),
    ("OTEL_VOICE_INFER_TOOLS", "false", "infer_tools", False),
    ("OTEL_VOICE_CONTENT_MAX_LENGTH", "100", "content_max_length", 100),
    ("OTEL_VOICE_PRICES", "/etc/prices.json", "prices", "/etc/prices.json"),
    (
        "OTEL_VOICE_WEBSOCKET_HOSTS",
        "GPU:8080=deepgram, b=openai,",
        "websocket_hosts",
        {"gpu:8080": "deepgram", "b": "openai"},
    ),
    ("OTEL_VOICE_HEALTH_PORT", "9464", "health_port", 9464),
    ("OTEL_VOICE_HEALTH_HOST", "0.0.0.0", "health_host", "0.0.0.0"),
    ("OTEL_VOICE_HEALTH_MAX_CALLS", "20", "health_max_calls", 20),
    ("OTEL_VOICE_SYSTEM_METRICS", "true", "system_metrics", True),
    ("OTEL_VOICE_LOOP_BLOCK_SECONDS", "0", "loop_block_seconds", 0.0),
    ("OTEL_VOICE_LOG_LEVEL", "debug", "log_level", logging.DEBUG),
    (
        "OTEL_VOICE_CORS_ORIGINS",
        "https://App.example.com, http://localhost:5173,",
        "cors_origins",
        frozenset({"https://app.example.com", "http://localhost:5173"}),
    ),
    ("OTEL_VOICE_REDACTION", "Phone=mask, email=DROP", "redaction", {"phone": "mask", "email": "drop"}),
    ("OTEL_VOICE_REDACTION_KEY", "0123456789abcdef", "redaction_key", "0123456789abcdef"),
    ("OTEL_VOICE_REDACTION_ALLOW", "+41446681800, *@a.ch", "redaction_allow", ("+41446681800", "*@a.ch")),
    ("OTEL_VOICE_REDACTION_NATIONAL_IDS", "us_ssn,CH_AHV", "redaction_national_ids", frozenset({"us_ssn", "ch_ahv"})),
    ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "event_only", "capture_content", "EVENT_ONLY"),
    ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "true", "capture_content", "SPAN_ONLY"),
    ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "False", "capture_content", "NO_CONTENT"),
    ("OTEL_SEMCONV_STABILITY_OPT_IN", "http,gen_ai_latest_experimental", "semconv", "new"),
    ("OTEL_SEMCONV_STABILITY_OPT_IN", "gen_ai_latest_experimental/dup, http/dup", "semconv", "both"),
    ("OTEL_SEMCONV_STABILITY_OPT_IN", "http/dup", "semconv", "old"),
]

BAD = [
    ("OTEL_VOICE_REDACTION", "phone"),
    ("OTEL_VOICE_REDACTION", "phone=keep"),
    ("OTEL_VOICE_REDACTION", "name=mask"),
    ("OTEL_VOICE_REDACTION_ALLOW", "*"),
    ("OTEL_VOICE_REDACTION_ALLOW", "a*b*c"),
    ("OTEL_VOICE_REDACTION_NATIONAL_IDS", "passport"),
    ("OTEL_VOICE_WEBSOCKET_HOSTS", "deepgram"),
    ("OTEL_VOICE_WEBSOCKET_HOSTS", "gpu=whisper"),
    ("OTEL_VOICE_WEBSOCKET_HOSTS", "wss://gpu/v1=deepgram"),
    ("OTEL_VOICE_TRACE_SCOPE", "trace"),
    ("OTEL_VOICE_EXIT_TIMEOUT", "-1"),
    ("OTEL_VOICE_EXIT_TIMEOUT", "nan"),
    ("OTEL_VOICE_EXIT_TIMEOUT", "inf"),
    ("OTEL_VOICE_SIGTERM_FLUSH", "yes"),
    ("OTEL_VOICE_CONVERSATION_IDLE_TIMEOUT", "0"),
    ("OTEL_VOICE_CONTENT_MAX_LENGTH", "4k"),
    ("OTEL_VOICE_HEALTH_PORT", "0"),
    ("OTEL_VOICE_HEALTH_PORT", "65536"),
    ("OTEL_VOICE_HEALTH_PORT", "http"),
    ("OTEL_VOICE_HEALTH_MAX_CALLS", "-1"),
    ("OTEL_VOICE_SYSTEM_METRICS", "on"),
    ("OTEL_VOICE_LOOP_BLOCK_SECONDS", "-0.1"),
    ("OTEL_VOICE_LOG_LEVEL", "LOUD"),
    ("OTEL_VOICE_CORS_ORIGINS", "*"),
    ("OTEL_VOICE_CORS_ORIGINS", "https://app.example.com/path"),
    ("OTEL_VOICE_CORS_ORIGINS", "https://app.example.com\r\nX-Evil: 1"),
    ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "all"),
]


@pytest.mark.parametrize(("name", "text", "field", "value"), READ)
def test_a_variable_sets_its_field(name: str, text: str, field: str, value: object) -> None:
    """Each variable is read in any case of letters."""
    settings = Settings.from_env({name: text})
    assert getattr(settings, field) == value
    assert settings.problems == ()


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_bad_value_keeps_the_default_and_is_told(name: str, text: str) -> None:
    """One line names the variable, the value, the choices and the default; nothing else changes."""
    variable = next(variable for variable in VARIABLES if variable.name == name)
    settings = Settings.from_env({name: text})
    assert settings._replace(problems=()) == Settings.from_env({})
    [problem] = settings.problems
    for part in (name, repr(text), variable.allowed, variable.default):
        assert part in problem


def test_an_unknown_name_is_told_with_the_closest_one() -> None:
    """A misspelt variable of ours is reported; those of others are not ours to judge."""
    settings = Settings.from_env({"OTEL_VOICE_TRACE_SCOP": "turn", "OTEL_SOMETHING": "else"})
    assert settings.problems == (
        "OTEL_VOICE_TRACE_SCOP is not a setting of otel_voice and is ignored. Did you mean OTEL_VOICE_TRACE_SCOPE?",
    )


def test_empty_is_not_set() -> None:
    """A variable that is empty means its default, as everywhere in OpenTelemetry."""
    empty = {variable.name: "" for variable in VARIABLES}
    assert Settings.from_env(empty) == Settings.from_env({})


def test_the_defaults_of_the_table_are_the_defaults_of_the_class() -> None:
    """Settings() in code is what an empty environment gives, but for the user's data directory."""
    assert Settings.from_env({})._replace(data_dir=None) == Settings()


def test_the_data_directory_is_the_users() -> None:
    """Without a setting the store is where the desktop's convention puts it."""
    assert Settings.from_env({"XDG_DATA_HOME": "/x"}).data_dir == Path("/x/otel-voice")


def test_each_field_is_set_by_one_variable() -> None:
    """Nothing is declared twice and nothing is left out."""
    fields = [field for field in Settings._fields if field != "problems"]
    assert sorted(variable.field for variable in VARIABLES) == sorted(fields)


def test_the_command_gets_a_flag_for_each_variable_of_ours_only() -> None:
    """A name another package lists as well would make opentelemetry-instrument fail."""
    names = {name for name in dir(environment_variables) if name.startswith("OTEL_")}
    assert names == {variable.name for variable in VARIABLES if variable.name.startswith("OTEL_VOICE_")}


def test_the_table_for_the_readme_names_every_variable() -> None:
    """One row for each variable."""
    rows = markdown_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [variable.name for variable in VARIABLES]


@given(st.dictionaries(st.sampled_from([variable.name for variable in VARIABLES]), st.text()))
def test_nothing_in_the_environment_is_harmful(env: dict[str, str]) -> None:
    """Whatever the variables hold, there are settings."""
    assert Settings.from_env(env).exit_timeout >= 0


def test_a_key_that_can_be_guessed_is_told_and_not_shown() -> None:
    """A short one, and none where one is needed."""
    short = Settings.from_env({"OTEL_VOICE_REDACTION_KEY": "swordfish"})
    missing = Settings.from_env({"OTEL_VOICE_REDACTION": "phone=hash"})
    [told], [also] = short.problems, missing.problems
    assert "OTEL_VOICE_REDACTION_KEY" in told
    assert "OTEL_VOICE_REDACTION_KEY" in also
    assert "swordfish" not in told + repr(short)


def test_keys_and_passwords_of_the_environment_are_known() -> None:
    """By their names; what is a path, a word or short is no secret, or is one that would hide everything."""
    env = {
        "DEEPGRAM_API_KEY": "0badc0ffee0badc0ffee0badc0ffee42",
        "PGPASSWORD": "not-in-a-name-with-bars",
        "DB_PASSWORD": "correct-horse-battery",
        "GITHUB_TOKEN": "short",
        "SSL_KEY": "/etc/ssl/private/key.pem",
        "STAGE_SECRET": "developmental",
        "TOKENIZERS_PARALLELISM": "false-but-long",
    }
    assert known_secrets(env) == ("0badc0ffee0badc0ffee0badc0ffee42", "correct-horse-battery")
