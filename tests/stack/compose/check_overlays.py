"""TLS with tokens, and sampling, switched on in .env as the README says."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import StatusCode

from tests.stack.compose.project import Project, needs
from tests.stack.real.programs import eventually

pytestmark = pytest.mark.timeout(600)

TOKEN = "the-right-one"
ORDINARY = 60


@pytest.fixture
def edited(project: Project) -> Iterator[Project]:
    """The stack, whose .env a test may edit."""
    before = (project.folder / ".env").read_text()
    yield project
    (project.folder / ".env").write_text(before)
    done = project.up()
    assert done.returncode == 0, done.stdout


def make_secrets(folder: Path) -> None:
    """The commands of the README, with a token that is known."""
    (folder / "secrets").mkdir(mode=0o700)
    (folder / "secrets" / "otlp_tokens").write_text(f"{TOKEN}\n")
    script = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=localhost "
        "-addext subjectAltName=DNS:localhost -keyout secrets/tls.key -out secrets/tls.crt && chmod 644 secrets/*"
    )
    subprocess.run(("/bin/sh", "-c", script), cwd=folder, check=True, capture_output=True)


class Remembering(SpanExporter):
    """Exports, and remembers whether it was taken."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.results: list[SpanExportResult] = []

    def export(self, spans: list[ReadableSpan]) -> SpanExportResult:  # type: ignore[override]
        """Says what the receiver said."""
        self.results.append(self._exporter.export(spans))
        return self.results[-1]


def sent(exporter: SpanExporter, service: str, error: bool, count: int = 1) -> list[SpanExportResult]:
    """How `count` traces of one span were taken that an SDK exported."""
    remembering = Remembering(exporter)
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(SimpleSpanProcessor(remembering))
    for _ in range(count):
        with provider.get_tracer("check").start_as_current_span("turn") as span:
            if error:
                span.set_status(StatusCode.ERROR)
    provider.shutdown()
    return remembering.results


def test_tls_and_tokens(edited: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over TLS the right token is taken and a wrong one refused; without TLS nothing is."""
    for bundle in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(bundle, raising=False)
    make_secrets(edited.folder)
    edited.set(COMPOSE_FILE="docker-compose.yml:docker-compose.secure.yml", OTLP_BIND="0.0.0.0")
    done = edited.up()
    assert done.returncode == 0, done.stdout
    address = f"localhost:{edited.ports['OTLP_HTTP_PORT']}/v1/traces"
    certificate = str(edited.folder / "secrets" / "tls.crt")

    def exporter(url: str, token: str) -> OTLPSpanExporter:
        headers = {"Authorization": f"Bearer {token}"}
        return OTLPSpanExporter(endpoint=url, certificate_file=certificate, headers=headers, timeout=10)

    assert sent(exporter(f"https://{address}", TOKEN), "guarded", error=False) == [SpanExportResult.SUCCESS]
    assert sent(exporter(f"https://{address}", "another"), "refused", error=False) == [SpanExportResult.FAILURE]
    assert sent(exporter(f"http://{address}", TOKEN), "refused", error=False) == [SpanExportResult.FAILURE]
    needs(edited, "jaeger")
    eventually(lambda: edited.traces("guarded"), "the span that came with the right token")
    assert edited.traces("refused") == []


def test_sampling(edited: Project) -> None:
    """Errors are kept, of ordinary traces a share."""
    needs(edited, "jaeger")
    edited.set(OTELCOL_OVERLAYS="--config=/etc/otelcol/sampling.overlay.yaml")
    done = edited.up()
    assert done.returncode == 0, done.stdout
    exporter = OTLPSpanExporter(endpoint=f"{edited.url('OTLP_HTTP_PORT')}/v1/traces")
    sent(exporter, "ordinary", error=False, count=ORDINARY)
    sent(exporter, "failing", error=True)
    # Decided in the order of arrival: with the last one there, the others are decided too.
    eventually(lambda: edited.traces("failing"), "the trace with an error", 120)
    assert len(edited.traces("ordinary", limit="1000")) < ORDINARY / 2
