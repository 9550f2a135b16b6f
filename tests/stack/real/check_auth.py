"""The overlay of TLS and bearer tokens: the right token is taken over both protocols, a wrong one clearly refused."""

from __future__ import annotations

import json
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.stack.binaries import ROOT
from tests.stack.real.otlp import log, logs
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(120)

TOKEN = "the-right-one"
TOLD = "token"


@dataclass(frozen=True)
class Guarded:
    """A Collector with the overlay, and the certificate that it shows."""

    stack: Stack
    certificate: Path

    def post(self, token: str) -> int:
        """The status of one request over HTTP."""
        request = urllib.request.Request(
            f"https://localhost:{self.stack.ports['http']}/v1/logs",
            json.dumps(logs(log("guarded", {}))).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        )
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        with urllib.request.urlopen(request, timeout=20, context=trusted) as answer:
            return int(answer.status)

    def call(self, token: str) -> None:
        """One request over gRPC."""
        trusted = grpc.ssl_channel_credentials(self.certificate.read_bytes())
        with grpc.secure_channel(f"localhost:{self.stack.ports['grpc']}", trusted) as channel:
            metadata = (("authorization", f"Bearer {token}"),)
            TraceServiceStub(channel).Export(ExportTraceServiceRequest(), metadata=metadata, timeout=20)


def _http_exporter(guarded: Guarded) -> Any:
    return HttpSpans(
        endpoint=f"https://localhost:{guarded.stack.ports['http']}/v1/traces",
        certificate_file=str(guarded.certificate),
        headers={"authorization": f"Bearer {TOKEN}"},
    )


def _grpc_exporter(guarded: Guarded) -> Any:
    return GrpcSpans(
        endpoint=f"https://localhost:{guarded.stack.ports['grpc']}",
        credentials=grpc.ssl_channel_credentials(guarded.certificate.read_bytes()),
        headers={"authorization": f"Bearer {TOKEN}"},
    )


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "otlp_tokens").write_text(f"# of the test\n{TOKEN}\n")
    certificate, key = folder / "tls.crt", folder / "tls.key"
    files = ("-keyout", str(key), "-out", str(certificate))
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    subprocess.run(
        ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *names),
        check=True,
        capture_output=True,
    )
    stack = Stack(folder)
    stack.collector.also("--config", str(ROOT / "collector/tls-auth.overlay.yaml"))
    stack.collector.environment["OTELCOL_SECRETS_DIR"] = str(folder)
    stack.collector.start()
    yield Guarded(stack, certificate)
    stack.collector.stop()


@pytest.mark.parametrize("make", [_http_exporter, _grpc_exporter])
def test_an_exporter_of_the_sdk_is_let_in(
    guarded: Guarded, make: Callable[[Guarded], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing but the endpoint, the certificate and a header, as OTEL_EXPORTER_OTLP_* would say it."""
    # `requests` prefers a bundle that the machine names in its environment to the certificate that it was given.
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    provider = TracerProvider()
    kept = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    provider.get_tracer("guarded").start_span("let in").end()
    assert make(guarded).export(kept.get_finished_spans()) is SpanExportResult.SUCCESS


def test_the_right_token_is_taken(guarded: Guarded) -> None:
    """Over HTTP and over gRPC."""
    assert guarded.post(TOKEN) == 200
    guarded.call(TOKEN)


@pytest.mark.parametrize("token", ["another", "", f"{TOKEN}r", "# of the test"])
def test_a_wrong_token_is_refused_over_http(guarded: Guarded, token: str) -> None:
    """With 401 and a word about the token; a comment in the file of tokens is none."""
    with pytest.raises(urllib.error.HTTPError) as refusal:
        guarded.post(token)
    assert refusal.value.code == 401
    assert TOLD in refusal.value.read().decode()


@pytest.mark.parametrize("token", ["another", "", f"{TOKEN}r"])
def test_a_wrong_token_is_refused_over_grpc(guarded: Guarded, token: str) -> None:
    """With UNAUTHENTICATED and a word about the token."""
    with pytest.raises(grpc.RpcError) as refusal:
        guarded.call(token)
    assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert TOLD in refusal.value.details()


def test_plain_text_is_refused(guarded: Guarded) -> None:
    """A sender that forgot TLS is told so, before it has sent a token in vain twice."""
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"{guarded.stack.endpoint}/v1/logs", b"{}", timeout=20)
    assert refusal.value.code == 400
    assert "HTTPS" in refusal.value.read().decode()


def test_a_certificate_that_nobody_vouches_for_is_refused_by_the_sender(guarded: Guarded) -> None:
    """The sender does not send its token to somebody else."""
    with pytest.raises(urllib.error.URLError) as refusal:
        urllib.request.urlopen(f"https://localhost:{guarded.stack.ports['http']}/v1/logs", b"{}", timeout=20)
    assert isinstance(refusal.value.reason, ssl.SSLCertVerificationError)
