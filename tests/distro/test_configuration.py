"""Start-up: what is on by default, what the user may change, and what a bad setting does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.distro.conftest import Run
from tests.distro.program import run
from tests.distro.sink import Sink

SIGNALS = """
import logging
from opentelemetry import metrics, trace
trace.get_tracer("t").start_span("span").end()
metrics.get_meter("m").create_counter("count").add(1)
logging.getLogger("agent").warning("log")
"""


def everything_arrived(sink: Sink) -> None:
    assert [span.name for span in sink.spans()] == ["span"]
    assert "count" in {point.name for point in sink.points()}
    assert "log" in {log.body for log in sink.logs()}


def test_bad_settings_are_told_and_telemetry_goes_on(sink: Sink, run_against: Run) -> None:
    """Each bad value gets one clear line, and all three signals still arrive."""
    bad = {
        "OTEL_TRACES_EXPORTER": "jager",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "foo",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "zip",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "10s",
        "OTEL_TRACES_SAMPLER": "nonsense",
        "OTEL_PYTHON_ID_GENERATOR": "nonsense",
        "OTEL_METRICS_EXEMPLAR_FILTER": "nonsense",
        "OTEL_BSP_MAX_QUEUE_SIZE": "0",
        "OTEL_METRIC_EXPORT_INTERVAL": "-1",
        "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "many",
        "OTEL_VOICE_TRACE_SCOPE": "call",
        "OTEL_VOICE_TRACE_SCOPES": "turn",
    }
    ended = run_against(sink.endpoint, SIGNALS, **bad)
    assert ended.status == 0
    assert sorted(line.split()[1].split("=")[0] for line in ended.telemetry_lines()) == sorted(bad)
    everything_arrived(sink)


def test_an_endpoint_that_is_no_url_is_told(run_against: Run) -> None:
    """The commonest mistake, an endpoint without http://, is named with what would be right."""
    ended = run_against("localhost:4318", "print('unharmed')", OTEL_VOICE_EXIT_TIMEOUT="0")
    assert (ended.status, ended.out) == (0, "unharmed\n")
    assert "OTEL_EXPORTER_OTLP_ENDPOINT='localhost:4318'" in ended.err
    assert "http://localhost:4318" in ended.err


def test_grpc_takes_an_endpoint_without_scheme(run_against: Run) -> None:
    """host:port is a good endpoint for gRPC."""
    env = {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_VOICE_EXIT_TIMEOUT": "0"}
    ended = run_against("localhost:4317", "print('unharmed')", **env)
    assert ended.out == "unharmed\n"
    assert "not allowed" not in ended.err


def test_all_three_signals_are_on_by_default(sink: Sink, run_against: Run) -> None:
    """With nothing set but the endpoint, traces, metrics and logs arrive, and nothing is said."""
    ended = run_against(sink.endpoint, SIGNALS)
    assert ended.telemetry_lines() == []
    everything_arrived(sink)


def test_a_missing_service_name_is_told_once(sink: Sink, run_against: Run) -> None:
    """One warning names OTEL_SERVICE_NAME, and children do not repeat it."""
    text = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'pass'])"
    [line] = run_against(sink.endpoint, text, OTEL_SERVICE_NAME="").telemetry_lines()
    assert "OTEL_SERVICE_NAME" in line


def test_a_service_name_among_the_resource_attributes_is_enough(sink: Sink, run_against: Run) -> None:
    """OTEL_RESOURCE_ATTRIBUTES can name the service as well."""
    env = {"OTEL_SERVICE_NAME": "", "OTEL_RESOURCE_ATTRIBUTES": "service.name=mine"}
    assert run_against(sink.endpoint, SIGNALS, **env).telemetry_lines() == []
    assert sink.spans()[0].resource["service.name"] == "mine"


def test_a_disabled_sdk_is_off_and_silent(sink: Sink, run_against: Run) -> None:
    """OTEL_SDK_DISABLED=true leaves the program as it is without us, even with bad settings."""
    text = SIGNALS + "import threading; print(threading.active_count(), logging.root.level)"
    env = {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "foo", "OTEL_SERVICE_NAME": ""}
    ended = run_against(sink.endpoint, text, **env)
    assert (ended.status, ended.out, ended.err) == (0, "1 30\n", "log\n")
    assert sink.requests() == []


def test_the_flags_of_the_command_work(sink: Sink, run_against: Run) -> None:
    """Each variable of ours is a flag of opentelemetry-instrument."""
    text = "from otel_voice.settings import Settings; print(Settings.from_env().trace_scope)"
    assert run_against(sink.endpoint, text, "--voice_trace_scope", "turn").out == "turn\n"


@pytest.mark.parametrize(("setting", "wrapped"), [("false", "False"), ("true", "True")])
def test_asyncio_is_off_unless_asked_for(setting: str, wrapped: str, sink: Sink, run_against: Run) -> None:
    """The asyncio instrumentation is installed, and on only with OTEL_VOICE_ASYNCIO=true."""
    text = "import asyncio; print(hasattr(asyncio.create_task, '__wrapped__'))"
    assert run_against(sink.endpoint, text, OTEL_VOICE_ASYNCIO=setting).out == f"{wrapped}\n"


def test_no_provider_sdk_is_imported_at_start(sink: Sink, run_against: Run) -> None:
    """A program pays only for what it uses."""
    text = "import sys; print([name for name in ('openai', 'deepgram', 'elevenlabs') if name in sys.modules])"
    assert run_against(sink.endpoint, text).out == "[]\n"


def test_a_configuration_file_that_cannot_be_used_is_told(sink: Sink, run_against: Run) -> None:
    """OTEL_CONFIG_FILE replaces the variables; when it cannot be used the program runs on, and one line says why."""
    ended = run_against(sink.endpoint, "print('unharmed')", OTEL_CONFIG_FILE="missing.yaml")
    assert (ended.status, ended.out) == (0, "unharmed\n")
    [line] = ended.telemetry_lines()
    assert "OTEL_CONFIG_FILE" in line


def install(directory: Path, name: str, entry_points: str, module: str) -> None:
    """A distribution in the program's directory, which is on its path."""
    (directory / f"{name}.py").write_text(module)
    info = directory / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entry_points)


def test_an_instrumentor_that_fails_is_skipped(tmp_path: Path, sink: Sink, run_against: Run) -> None:
    """A broken instrumentor of anybody's is told in one line, and those after it work."""
    install(
        tmp_path,
        "broken",
        "[opentelemetry_instrumentor]\nbroken = broken:Broken\n",
        "class Broken:\n    def instrument(self, **_): raise ValueError('moved')\n",
    )
    ended = run_against(sink.endpoint, SIGNALS)
    assert ended.telemetry_lines() == ["otel_voice: the instrumentation broken failed and is off: ValueError: moved"]
    everything_arrived(sink)


OTHER_DISTRO = """
from opentelemetry.instrumentation.distro import BaseDistro
from opentelemetry.sdk._configuration import _OTelSDKConfigurator
class Distro(BaseDistro):
    def _configure(self, **kwargs): pass
class Configurator(_OTelSDKConfigurator): pass
"""


@pytest.mark.parametrize(
    ("chosen", "active"),
    [
        ({}, "otel_voice|other"),
        ({"OTEL_PYTHON_DISTRO": "other"}, "otel_voice|other"),
        ({"OTEL_PYTHON_DISTRO": "other", "OTEL_PYTHON_CONFIGURATOR": "other"}, None),
        ({"OTEL_PYTHON_DISTRO": "otel_voice", "OTEL_PYTHON_CONFIGURATOR": "otel_voice"}, None),
    ],
    ids=str,
)
def test_another_distro_is_told(chosen: dict[str, str], active: str | None, tmp_path: Path, sink: Sink) -> None:
    """With a second distro installed one line says which is active and how to choose, unless the user chose."""
    groups = "[opentelemetry_distro]\nother = other:Distro\n[opentelemetry_configurator]\nother = other:Configurator\n"
    install(tmp_path, "other", groups, OTHER_DISTRO)
    ended = run(tmp_path, "print('unharmed')", {"OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint, **chosen})
    assert (ended.status, ended.out) == (0, "unharmed\n")
    lines = [line for line in ended.telemetry_lines() if "several" in line]
    assert len(lines) == (active is not None)
    assert all("OTEL_PYTHON_DISTRO=otel_voice OTEL_PYTHON_CONFIGURATOR=otel_voice" in line for line in lines)
