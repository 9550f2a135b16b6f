"""What OpenTelemetry measures, on the health pages; and what it measures of process and machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from prometheus_client.parser import text_string_to_metric_families

import otel_voice
from otel_voice.export import pulled
from tests.distro.program import INSTRUMENT, clean_environment
from tests.distro.sink import Sink
from tests.health.conftest import Ask, said
from tests.health.test_server import NOBODY

needs_exporter = pytest.mark.skipif(pulled.REGISTRY is None, reason=pulled.MISSING)


@pytest.fixture
def meters() -> Iterator[MeterProvider]:
    """In code: the reader is given to the program's own provider."""
    reader = otel_voice.health.metric_reader()
    meters = MeterProvider([reader], resource=Resource({"service.name": "agent"}), shutdown_on_exit=False)
    yield meters
    meters.shutdown()


def families(text: bytes) -> dict[str, Any]:
    return {family.name: family for family in text_string_to_metric_families(text.decode())}


@needs_exporter
def test_every_instrument_is_there_as_prometheus_wants_it(meters: MeterProvider, ask: Ask) -> None:
    """Counter, gauge and histogram, with units in their names, beside our own."""
    meter = meters.get_meter("m")
    meter.create_counter("calls", unit="{call}").add(2, {"channel": 'a "b"\n\\c'})
    meter.create_up_down_counter("open").add(-1)
    meter.create_histogram("wait", unit="s").record(0.3)
    found = families(ask("/metrics").body)
    assert found["calls"].samples[0].value == 2.0
    assert found["calls"].samples[0].labels["channel"] == 'a "b"\n\\c'
    assert (found["open"].type, found["open"].samples[0].value) == ("gauge", -1.0)
    assert found["wait_seconds"].type == "histogram"
    assert "otel_voice_health_check_ok" in found
    assert found["target_info"].samples[0].labels["service_name"] == "agent"


@needs_exporter
def test_the_same_as_json(meters: MeterProvider, ask: Ask) -> None:
    """Without the buckets."""
    meters.get_meter("m").create_histogram("wait", unit="s").record(0.3)
    [wait] = [each for each in said(ask("/monitoring/metrics"))["metrics"] if each["name"] == "wait_seconds"]
    assert {sample["name"]: sample["value"] for sample in wait["samples"]} == {
        "wait_seconds_count": 1.0,
        "wait_seconds_sum": 0.3,
    }


@needs_exporter
def test_nothing_private_is_in_a_label(meters: MeterProvider, ask: Ask) -> None:
    """A program may put anything into one; boundaries of buckets stay numbers."""
    meter = meters.get_meter("m")
    meter.create_counter("calls").add(1, {"caller": "+49 171 1234567", "key": "sk-abcdefghijklmnop1234567890"})
    meter.create_histogram("size", explicit_bucket_boundaries_advisory=[1234567890.0]).record(1)
    for path in ("/metrics", "/monitoring/metrics"):
        text = ask(path).body.decode()
        assert "[phone]" in text and "[secret]" in text
        assert "1234567 " not in text and "sk-abc" not in text
    assert 'le="1234567890.0"' in ask("/metrics").body.decode()


PORT_AND_PAGE = """
import urllib.request
from opentelemetry import metrics
from otel_voice.settings import Settings
metrics.get_meter("m").create_counter("calls").add(2)
print(urllib.request.urlopen(f"http://127.0.0.1:{Settings.from_env().health_port}/metrics").read().decode())
"""


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(program: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [INSTRUMENT, sys.executable, "-c", program],
            cwd=tmp_path,
            env={**clean_environment(), "OTEL_SERVICE_NAME": "test", **NOBODY, **env},
            capture_output=True,
            text=True,
            check=True,
        )

    return run


@needs_exporter
def test_the_port_shows_all_metrics_with_no_code(run: Run, port: int) -> None:
    """Also where none are exported."""
    done = run(PORT_AND_PAGE, OTEL_VOICE_HEALTH_PORT=str(port))
    assert families(done.stdout.encode())["calls"].samples[0].value == 2.0
    assert done.stderr == ""


@needs_exporter
def test_the_port_beside_an_exporter(run: Run, port: int) -> None:
    """What is exported goes on; with the reader named by the user it is there once."""
    with Sink() as sink:
        for exporters in ("otlp", "otlp,otel_voice_health"):
            env = {"OTEL_METRICS_EXPORTER": exporters, "OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint}
            done = run(PORT_AND_PAGE, OTEL_VOICE_HEALTH_PORT=str(port), **env)
            assert len(families(done.stdout.encode())["calls"].samples) == 1
            assert done.stderr == ""
        assert [point.name for point in sink.points() if point.name == "calls"] == ["calls", "calls"]


def test_without_the_exporter_our_own_numbers_are_there(run: Run, port: int) -> None:
    """One line says what is missing and how to get it; nothing else is harmed."""
    missing = "import sys; sys.modules['opentelemetry.exporter.prometheus'] = None\n"
    done = run(missing + WITHOUT, OTEL_SDK_DISABLED="true")
    page, line = done.stdout.splitlines()[0], done.stderr
    assert json.loads(page) == ["otel_voice_health_calls_active", "otel_voice_health_check_ok"]
    assert "pip install 'otel-voice[health]'" in line and line.count("\n") == 1


WITHOUT = """
import json, logging
logging.basicConfig()
import otel_voice
from opentelemetry.sdk.metrics import MeterProvider
MeterProvider([otel_voice.health.metric_reader()]).get_meter("m").create_counter("calls").add(1)
from otel_voice.health.pages import pages
text = pages().answer("GET", "/metrics").result().body.decode()
assert "calls_total" not in text
names = ("otel_voice_health_calls_active", "otel_voice_health_check_ok")
print(json.dumps([name for name in names if name in text]))
"""


@needs_exporter
def test_system_metrics_are_measured_where_they_are_wanted(run: Run, port: int) -> None:
    """By OpenTelemetry's own instrumentation, without its deprecated doubles; not where nobody asked."""
    pytest.importorskip("opentelemetry.instrumentation.system_metrics")
    found = measured_of_the_system(run, port, "true")
    assert {
        "process_cpu_time_seconds",
        "process_memory_usage_bytes",
        "system_cpu_time_seconds",
        "system_memory_usage_bytes",
        "system_disk_io_bytes",
        "system_network_io_bytes",
        "cpython_gc_collections",
    } <= found
    assert not [name for name in found if name.startswith("process_runtime")]
    assert measured_of_the_system(run, port, "false") == set()


def measured_of_the_system(run: Run, port: int, wanted: str) -> set[str]:
    """The metrics on the page that are of the process or of the machine."""
    text = run(PORT_AND_PAGE, OTEL_VOICE_HEALTH_PORT=str(port), OTEL_VOICE_SYSTEM_METRICS=wanted).stdout
    return {name for name in families(text.encode()) if name.startswith(("system_", "process_", "cpython_"))}


def test_system_metrics_that_are_not_installed_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the command that installs them."""
    from otel_voice import distro
    from otel_voice.settings import Settings

    monkeypatch.setattr(distro, "entry_points", lambda group: ())
    [problem] = distro._system_metrics({}, Settings(system_metrics=True))
    assert "is not installed" in problem and "pip install 'otel-voice[health]'" in problem
    assert distro._system_metrics({}, Settings()) == []


def test_the_registry_is_our_own() -> None:
    """What the program registers with prometheus_client is the program's, and served by it."""
    if pulled.REGISTRY is not None:
        from prometheus_client import REGISTRY

        assert pulled.REGISTRY is not REGISTRY
