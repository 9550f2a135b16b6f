"""What is wrong is refused with a message that names it; a configuration that is wrong ends the Collector at once."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import urllib.error
import urllib.request
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub

from tests.stack.binaries import ROOT
from tests.stack.real.asking import Answer, ask, post
from tests.stack.real.disks import read_only
from tests.stack.real.otlp import log, logs
from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(240)

LARGE = "x" * 17 * 1024 * 1024
EXPORT = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"


def ends_saying(stack: Stack, *words: str) -> None:
    """The Collector ends instead of starting, and the last thing it says has all the words."""
    with pytest.raises(AssertionError, match="ended:"):
        stack.collector.start()
    last = stack.collector.said().rstrip().rsplit("Error: ", 1)[-1]
    assert not [word for word in words if word not in last], last


def over_http(stack: Stack, body: bytes, content_type: str) -> Answer:
    return post(f"{stack.endpoint}/v1/logs", body, content_type)


def over_grpc(stack: Stack, body: bytes, method: str = EXPORT) -> grpc.RpcError:
    """The error that a call ends with."""
    target = f"127.0.0.1:{stack.ports['grpc']}"
    with grpc.insecure_channel(target) as channel, pytest.raises(grpc.RpcError) as refusal:
        channel.unary_unary(method)(body, timeout=20)
    return refusal.value


def test_a_port_in_use(tmp_path: Path) -> None:
    """The message has the port."""
    stack = Stack(tmp_path)
    with socket.create_server(("127.0.0.1", stack.ports["grpc"])):
        ends_saying(stack, "otlp", f"127.0.0.1:{stack.ports['grpc']}", "address already in use")


def test_a_queue_directory_that_is_none(tmp_path: Path) -> None:
    """The message has the path."""
    stack = Stack(tmp_path)
    (tmp_path / "queue").write_text("a file")
    ends_saying(stack, str(tmp_path / "queue"), "is not a directory")


def test_a_queue_directory_that_cannot_be_written(tmp_path: Path) -> None:
    """The message has the path, and what is queued there."""
    stack = Stack(tmp_path)
    (tmp_path / "queue").mkdir()
    with read_only(tmp_path / "queue"):
        ends_saying(stack, "failed to start", f"open {tmp_path / 'queue'}", "exporter")


@pytest.mark.parametrize("missing", ["otlp_tokens", "tls.crt"])
def test_a_missing_secret(tmp_path: Path, missing: str) -> None:
    """The message has the file."""
    if missing != "otlp_tokens":
        (tmp_path / "otlp_tokens").write_text("token\n")
    stack = Stack(tmp_path)
    stack.collector.also("--config", str(ROOT / "collector/tls-auth.overlay.yaml"))
    stack.collector.environment["OTELCOL_SECRETS_DIR"] = str(tmp_path)
    ends_saying(stack, str(tmp_path / missing), "no such file")


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("OTLP_CORS_ORIGINS", '{"https": "app"}', ("allowed_origins", "must be an array")),
        ("JAEGER_OTLP", "jaeger", ("otlp_grpc/jaeger", "missing port")),
        ("PROMETHEUS_OTLP", "", ("otlp_http/prometheus", "endpoint must be specified")),
        ("OTELCOL_LISTEN_HOST", "256.0.0.1", ("256.0.0.1",)),
        ("OTELCOL_QUEUE_DIR", "", ("file_storage", "mkdir")),
    ],
)
def test_an_override_that_makes_no_sense(tmp_path: Path, variable: str, value: str, words: tuple[str, ...]) -> None:
    """The message has the setting or its value."""
    stack = Stack(tmp_path)
    stack.collector.environment[variable] = value
    ends_saying(stack, *words)


def test_an_address_that_only_the_first_request_can_test(tmp_path: Path) -> None:
    """Loki's address without http:// is told with the first record, which is kept for the right address."""
    stack = Stack(tmp_path)
    address = stack.collector.environment["LOKI_OTLP"]
    stack.collector.environment["LOKI_OTLP"] = "loki:3100"
    stack.collector.start()
    try:
        stack.send("logs", logs(log("kept for later", {})))
        eventually(lambda: "unsupported protocol scheme" in stack.collector.said(), "the message")
        stack.collector.stop()
        stack.loki.start()
        stack.collector.environment["LOKI_OTLP"] = address
        stack.collector.start()
        eventually(lambda: stack.log_streams('{service_name="by-hand"} |= "kept for later"'), "the record")
    finally:
        stack.collector.stop()
        stack.loki.stop()


@pytest.mark.parametrize("value", ["https://app.example.com", '["https://app.example.com"]'])
def test_a_browser_is_let_in_by_name(tmp_path: Path, value: str) -> None:
    """One origin may be written without the list around it; no other is let in."""
    assert browsers_let_in(tmp_path, value) == ["https://app.example.com"]


@pytest.mark.parametrize("value", ["[]", '["https://app.example.com'])
def test_a_broken_list_lets_no_browser_in(tmp_path: Path, value: str) -> None:
    """Neither does the empty one, which is the default."""
    assert browsers_let_in(tmp_path, value) == []


def browsers_let_in(folder: Path, value: str) -> list[str]:
    """Which of two origins may send with this setting."""
    stack = Stack(folder)
    stack.collector.environment["OTLP_CORS_ORIGINS"] = value
    stack.collector.start()
    try:
        origins = ("https://app.example.com", "https://another.example.com")
        return [origin for origin in origins if allowed(stack, origin) == origin]
    finally:
        stack.collector.stop()


def allowed(stack: Stack, origin: str) -> str | None:
    """What the answer to a browser's question says."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    question = urllib.request.Request(f"{stack.endpoint}/v1/logs", None, headers, method="OPTIONS")
    try:
        with urllib.request.urlopen(question, timeout=20) as answer:
            return answer.headers.get("Access-Control-Allow-Origin")
    except urllib.error.HTTPError as refusal:
        return refusal.headers.get("Access-Control-Allow-Origin")


def test_a_body_over_the_limit(stack: Stack) -> None:
    """Refused as a whole, also when only its contents are too large, and in words that say why."""
    large = json.dumps(logs(log(LARGE, {}))).encode()
    refusal = over_http(stack, large, "application/json")
    assert (refusal.status, "too large" in refusal.text) == (400, True)
    packed = urllib.request.Request(f"{stack.endpoint}/v1/logs", gzip.compress(large))
    packed.add_header("Content-Type", "application/json")
    packed.add_header("Content-Encoding", "gzip")
    with pytest.raises(urllib.error.HTTPError) as packed_refusal:
        urllib.request.urlopen(packed, timeout=20)
    assert packed_refusal.value.code == 400
    assert "too large" in packed_refusal.value.read().decode()


def test_a_message_over_the_limit(stack: Stack) -> None:
    """The same over gRPC, with both sizes."""
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add().body.string_value = LARGE
    refusal = over_grpc(stack, request.SerializeToString())
    assert refusal.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "larger than max" in refusal.details()


@pytest.mark.parametrize(
    ("body", "content_type", "status", "word"),
    [
        (b'{"resourceLogs": "no list"}', "application/json", 400, "resourceLogs"),
        (b"hello", "application/json", 400, "hello"),
        (b"\xff\xff\xff\xffhello", "application/x-protobuf", 400, "proto"),
        (b"{}", "text/plain", 415, "application/x-protobuf"),
    ],
)
def test_what_is_not_otlp(stack: Stack, body: bytes, content_type: str, status: int, word: str) -> None:
    """A client error, which is not sent again, and a word about what is wrong."""
    answer = over_http(stack, body, content_type)
    assert (answer.status, word in answer.text) == (status, True), answer


def test_an_unknown_path(stack: Stack) -> None:
    """404."""
    assert post(f"{stack.endpoint}/v1/nothing", b"{}", "application/json").status == 404


def test_what_is_not_otlp_over_grpc(stack: Stack) -> None:
    """Bytes that are no message, and a method that is none."""
    assert "unmarshalling" in over_grpc(stack, b"\xff\xff\xffhello").details()
    unknown = over_grpc(stack, b"", EXPORT.replace("Export", "Nothing"))
    assert unknown.code() is grpc.StatusCode.UNIMPLEMENTED


def test_tls_to_a_port_without(stack: Stack) -> None:
    """The sender is told that this is no TLS, over both protocols, and is not left waiting."""
    with pytest.raises(urllib.error.URLError) as refusal:
        urllib.request.urlopen(stack.endpoint.replace("http:", "https:") + "/v1/logs", b"{}", timeout=20)
    assert isinstance(refusal.value.reason, ssl.SSLError)
    target = f"127.0.0.1:{stack.ports['grpc']}"
    credentials = grpc.ssl_channel_credentials()
    with grpc.secure_channel(target, credentials) as channel, pytest.raises(grpc.RpcError) as failed:
        LogsServiceStub(channel).Export(ExportLogsServiceRequest(), timeout=20)
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "handshake" in failed.value.details()


def test_a_good_request_after_all_the_bad_ones(stack: Stack) -> None:
    """It is taken and arrives."""
    assert ask(stack, "logs", logs(log("still here", {}))).status == 200
    eventually(lambda: stack.log_streams('{service_name="by-hand"} |= "still here"'), "the record")
