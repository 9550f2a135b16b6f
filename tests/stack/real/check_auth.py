"""The overlay of TLS and bearer tokens: the right token is taken over both protocols, a wrong one clearly refused."""

from __future__ import annotations

import json
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from tests.stack.binaries import ROOT
from tests.stack.real.otlp import log, logs
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(120)

TOKEN = "the-right-one"


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


def test_the_right_token_is_taken(guarded: Guarded) -> None:
    """Over HTTP and over gRPC."""
    assert guarded.post(TOKEN) == 200
    guarded.call(TOKEN)


def test_a_wrong_token_is_refused_over_http(guarded: Guarded) -> None:
    """With 401, which says what to do."""
    with pytest.raises(urllib.error.HTTPError) as refusal:
        guarded.post("another")
    assert refusal.value.code == 401


def test_a_wrong_token_is_refused_over_grpc(guarded: Guarded) -> None:
    """With UNAUTHENTICATED."""
    with pytest.raises(grpc.RpcError) as refusal:
        guarded.call("another")
    assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED
