"""The SDK's own settings: a bad value is taken out, with one line that names the choices."""

from __future__ import annotations

import pytest

from otel_voice.export import checks, defaults

BAD = [
    ("OTEL_TRACES_EXPORTER", "jager", "otlp"),
    ("OTEL_METRICS_EXPORTER", "otlp,foo", "otlp"),
    ("OTEL_LOGS_EXPORTER", "foo", "otlp"),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", "foo", "http/protobuf"),
    ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "grpc"),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", "zip", "gzip"),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "seconds"),
    ("OTEL_TRACES_SAMPLER", "nonsense", "parentbased_always_on"),
    ("OTEL_PYTHON_ID_GENERATOR", "nonsense", "random"),
    ("OTEL_METRICS_EXEMPLAR_FILTER", "nonsense", "trace_based"),
    ("OTEL_BSP_MAX_QUEUE_SIZE", "0", "above 0"),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "100000", "OTEL_BSP_MAX_QUEUE_SIZE"),
    ("OTEL_BLRP_SCHEDULE_DELAY", "1.5s", "above 0"),
    ("OTEL_METRIC_EXPORT_INTERVAL", "-1", "above 0"),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "many", "0 or more"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "http://localhost:4318"),
    ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "ftp://host/x", "http://localhost:4318"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://host:notaport", "http://localhost:4318"),
]


GOOD = [
    {"OTEL_TRACES_EXPORTER": "none"},
    {"OTEL_TRACES_EXPORTER": "console, otlp"},
    {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317"},
    {"OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector.example/otlp"},
    {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"},
    {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25"},
    {"OTEL_TRACES_SAMPLER": "always_off", "OTEL_TRACES_SAMPLER_ARG": "whatever it reads"},
    {"OTEL_BSP_MAX_QUEUE_SIZE": "32", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "32"},
    {"OTEL_METRIC_EXPORT_INTERVAL": "500.5"},
    {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": ""},
]


@pytest.mark.parametrize(("name", "value", "choice"), BAD)
def test_a_bad_value_is_taken_out(name: str, value: str, choice: str) -> None:
    """The line names the variable, the value and the choices, and the environment is good afterwards."""
    env = {name: value}
    [problem] = checks.repair(env)
    assert problem.startswith(f"{name}={value!r} is not allowed.")
    assert choice in problem
    defaults.apply(env)
    assert env.get(name) != value
    assert checks.repair(env) == []


@pytest.mark.parametrize("env", GOOD, ids=str)
def test_good_values_are_left_alone(env: dict[str, str]) -> None:
    """What the SDK understands is not touched."""
    before = dict(env)
    assert checks.repair(env) == []
    assert env == before


def test_a_ratio_that_is_none_samples_everything() -> None:
    """The SDK would complain in its own words and do the same."""
    env = {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "half"}
    [problem] = checks.repair(env)
    assert "OTEL_TRACES_SAMPLER_ARG='half'" in problem
    assert env["OTEL_TRACES_SAMPLER_ARG"] == "1.0"


def test_defaults_change_nothing_that_is_set() -> None:
    """A batch is never larger than a queue the user made small."""
    env = {"OTEL_METRICS_EXPORTER": "none", "OTEL_BSP_MAX_QUEUE_SIZE": "32"}
    defaults.apply(env)
    assert env["OTEL_METRICS_EXPORTER"] == "none"
    assert (env["OTEL_BSP_MAX_QUEUE_SIZE"], env["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"]) == ("32", "32")
    assert env["OTEL_BLRP_MAX_EXPORT_BATCH_SIZE"] == "64"
