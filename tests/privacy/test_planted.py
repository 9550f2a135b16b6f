"""A planted secret of every class in every place leaves the process by no way, whatever content is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from otel_voice.local.receiver import Receiver
from otel_voice.local.store import Store
from tests.distro.sink import Sink
from tests.health.conftest import port
from tests.privacy.planted import places
from tests.privacy.planted.running import OPENED, leaks, missing, run

__all__ = ["port"]

pytestmark = pytest.mark.timeout(300)

MODES = ["NO_CONTENT", "SPAN_ONLY", "EVENT_ONLY", "SPAN_AND_EVENT"]
MODE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
MASKS = ("[secret]", "[phone]", "[email]", "[card]", "[national_id]")

EXPORTERS = {f"OTEL_{signal}_EXPORTER": "otlp,console" for signal in ("TRACES", "METRICS", "LOGS")}

# The pages of metrics are those of OpenTelemetry's Prometheus reader.
pytest.importorskip("opentelemetry.exporter.prometheus", reason="opentelemetry-exporter-prometheus is not installed")

needs_files = pytest.mark.skipif(
    find_spec("opentelemetry.configuration") is None, reason="opentelemetry-configuration is not installed"
)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tuple[Receiver, Path]]:
    """A receiver that keeps what comes in the embedded store, and where that is."""
    path = tmp_path / "store" / "store.sqlite3"
    with Store(path) as store, Receiver(store.add, http_port=0, grpc_port=0) as receiver:
        yield receiver, path.parent


def kept(directory: Path) -> bytes:
    """The database, and what is not yet in it."""
    return b"".join(path.read_bytes() for path in directory.iterdir())


def masked(left: dict[str, bytes]) -> dict[str, list[str]]:
    """By way, the masks that are missing: where nothing arrived, nothing could leak."""
    return {way: absent for way, raw in left.items() if (absent := [m for m in MASKS if m.encode() not in raw])}


def configuration(directory: Path, http: str, grpc: str) -> Path:
    """A configuration file with every exporter for every signal."""
    path = directory / "otel.yaml"
    path.write_text(CONFIGURATION.replace("HTTP", http).replace("GRPC", grpc))
    return path


@pytest.mark.parametrize("mode", MODES)
def test_nothing_planted_leaves_over_http(mode: str, tmp_path: Path, sink: Sink, port: int) -> None:
    """Nor by the console, log files, the audit spool, the health pages and the SDK's console exporters."""
    env = {MODE: mode, "OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint, **EXPORTERS}
    left = run(tmp_path, env, health_port=port)
    left[places.OTLP] = sink.raw()
    assert leaks(left) == []
    assert masked(left) == {}
    recorded = {way for way, raw in left.items() if places.CONTENT.encode() in raw}
    assert recorded == (set() if mode == "NO_CONTENT" else {places.OTLP, places.EXPORTED})


@pytest.mark.parametrize("mode", ["NO_CONTENT", "SPAN_AND_EVENT"])  # as a file configures: all four
def test_nothing_planted_gets_into_the_store(
    mode: str, tmp_path: Path, store: tuple[Receiver, Path], port: int
) -> None:
    """Over gRPC into the store that `otel-voice run` looks at."""
    receiver, directory = store
    env = {
        MODE: mode,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.grpc_port}",
    }
    run(tmp_path, env, health_port=port)
    left = {places.STORE: kept(directory)}
    assert leaks(left) == []
    assert masked(left) == {}


@needs_files
@pytest.mark.parametrize("mode", MODES)
def test_nothing_planted_leaves_as_a_file_configures(
    mode: str, tmp_path: Path, sink: Sink, store: tuple[Receiver, Path], port: int
) -> None:
    """OTEL_CONFIG_FILE makes exporters of its own, of which the border knows nothing before."""
    receiver, directory = store
    path = configuration(tmp_path, sink.endpoint, f"http://127.0.0.1:{receiver.grpc_port}")
    left = run(tmp_path, {MODE: mode, "OTEL_CONFIG_FILE": str(path)}, health_port=port)
    left |= {places.OTLP: sink.raw(), places.STORE: kept(directory)}
    assert leaks(left) == []
    del left[places.PAGES]  # the file has no metrics for them
    assert masked(left) == {}


def test_without_redaction_everything_would(
    tmp_path: Path, sink: Sink, store: tuple[Receiver, Path], port: int
) -> None:
    """The tests above can fail: with nothing redacted each secret is found, in each place, by each way it has."""
    env = {MODE: "SPAN_AND_EVENT", "OTEL_EXPORTER_OTLP_ENDPOINT": sink.endpoint, **EXPORTERS}
    left = run(tmp_path, env, health_port=port, in_front=OPENED)
    left[places.OTLP] = sink.raw()
    assert missing(left) == []


CONFIGURATION = """
file_format: "1.0"
resource:
  attributes_list: ${OTEL_RESOURCE_ATTRIBUTES}
tracer_provider:
  processors:
    - batch: {max_queue_size: 100000, exporter: {otlp_http: {endpoint: HTTP/v1/traces}}}
    - batch: {max_queue_size: 100000, exporter: {otlp_grpc: {endpoint: GRPC}}}
    - simple: {exporter: {console: {}}}
meter_provider:
  readers:
    - periodic: {exporter: {otlp_http: {endpoint: HTTP/v1/metrics}}}
    - periodic: {exporter: {otlp_grpc: {endpoint: GRPC}}}
    - periodic: {exporter: {console: {}}}
logger_provider:
  processors:
    - batch: {max_queue_size: 100000, exporter: {otlp_http: {endpoint: HTTP/v1/logs}}}
    - batch: {max_queue_size: 100000, exporter: {otlp_grpc: {endpoint: GRPC}}}
    - simple: {exporter: {console: {}}}
"""
