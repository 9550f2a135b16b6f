"""OTLP over HTTP: what is accepted is in the store, what is refused is refused as OTLP demands."""

import gzip
import json
import signal
import socket
import sqlite3
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otel_voice.local import bodies
from otel_voice.local.conversations import Conversations
from tests.local import payloads

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json; charset=utf-8"}


def ask(receiver, body, headers=PROTOBUF, path="/v1/traces", method="POST"):
    connection = HTTPConnection("127.0.0.1", receiver.http_port, timeout=20)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read()


def kept(path):
    return [listed.id for listed in Conversations(path).listed()]


def test_protobuf_is_kept(receiver, path):
    """A protobuf request is answered with an empty export response and is in the store."""
    status, headers, body = ask(receiver, payloads.call().SerializeToString())
    assert (status, headers["Content-Type"], body) == (200, "application/x-protobuf", b"")
    assert kept(path) == ["call-1"]


@pytest.mark.parametrize("pack, encoding", [(gzip.compress, "gzip"), (zlib.compress, "deflate")])
def test_compressed_bodies_are_kept(receiver, path, pack, encoding):
    """Both compressions that exporters offer are understood."""
    status, _, _ = ask(receiver, pack(payloads.call().SerializeToString()), {**PROTOBUF, "Content-Encoding": encoding})
    assert (status, kept(path)) == (200, ["call-1"])


def test_json_with_hex_ids_is_kept(receiver, path):
    """OTLP/JSON is understood: hex ids, 64-bit numbers as strings or numbers, unknown fields ignored."""
    span = {
        "traceId": "5B8EFFF798038103D269B633813FC60C",
        "spanId": "eee19b7ec3c1b174",
        "name": "conversation",
        "startTimeUnixNano": "1544712660000000000",
        "endTimeUnixNano": 1544712661000000000,
        "kind": 2,
        "futureField": {"traceId": "00"},
        "attributes": [{"key": "voice.conversation.id", "value": {"stringValue": "from-json"}}],
    }
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
    status, headers, answer = ask(receiver, body, JSON)
    assert (status, headers["Content-Type"], json.loads(answer)) == (200, "application/json", {})
    assert kept(path) == ["from-json"]


def test_chunked_bodies_are_kept(receiver, path):
    """A sender that does not know its length beforehand is understood."""
    body = payloads.call().SerializeToString()
    status, _, _ = ask(receiver, iter([body[:10], body[10:]]), PROTOBUF)
    assert (status, kept(path)) == (200, ["call-1"])


@pytest.mark.parametrize(
    "body, headers, target, expected",
    [
        (b"\xff\xff not protobuf", PROTOBUF, "/v1/traces", 400),
        (b"{", JSON, "/v1/traces", 400),
        (b"[1, 2]", JSON, "/v1/logs", 400),
        (b'{"resourceSpans": 7}', JSON, "/v1/traces", 400),
        (b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz"}]}]}]}', JSON, "/v1/traces", 400),
        (b'{"a":' * 50_000, JSON, "/v1/metrics", 400),
        (b"\xff\xfe", JSON, "/v1/traces", 400),
        (gzip.compress(b"x" * 1000)[:20], {**PROTOBUF, "Content-Encoding": "gzip"}, "/v1/traces", 400),
        (b"not gzip", {**PROTOBUF, "Content-Encoding": "gzip"}, "/v1/traces", 400),
        (b"", {**PROTOBUF, "Content-Encoding": "br"}, "/v1/traces", 415),
        (b"", {"Content-Type": "text/plain"}, "/v1/traces", 415),
        (b"", {}, "/v1/traces", 415),
        (b"", PROTOBUF, "/v1/profiles", 404),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_status(receiver, body, headers, target, expected):
    """Every refusal carries a google.rpc.Status in the encoding of the request, and the receiver goes on."""
    status, answered, answer = ask(receiver, body, headers, target)
    assert status == expected
    if answered["Content-Type"] == bodies.PROTOBUF:
        assert Status.FromString(answer).message
    else:
        assert json.loads(answer)["message"]
    assert ask(receiver, b"")[0] == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
def test_only_post_is_allowed(receiver, method):
    """Other methods, a browser's preflight among them, are refused and told what is allowed."""
    status, headers, _ = ask(receiver, None, {}, method=method)
    assert (status, headers["Allow"]) == (405, "POST")


def test_an_oversized_body_is_refused(receiver):
    """A body over the limit is refused by its length, and the sender gets to read why."""
    status, _, answer = ask(receiver, bytes(bodies.MAX_BODY_BYTES + 1))
    assert (status, Status.FromString(answer).code) == (413, 8)


def test_a_gzip_bomb_is_refused(receiver):
    """A small body that unpacks to more than the limit is refused."""
    bomb = gzip.compress(bytes(bodies.MAX_BODY_BYTES + 1))
    assert len(bomb) < 100_000
    assert ask(receiver, bomb, {**PROTOBUF, "Content-Encoding": "gzip"})[0] == 413


def test_a_missing_length_is_refused(receiver):
    """A request with neither a length nor chunks is refused."""
    with socket.create_connection(("127.0.0.1", receiver.http_port), timeout=20) as raw:
        raw.sendall(b"POST /v1/traces HTTP/1.1\r\nContent-Type: application/x-protobuf\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 411")


def test_spans_without_ids_are_rejected_one_by_one(receiver, path):
    """The good spans of a request are kept, the bad ones are counted in partial_success."""
    good, bad = payloads.root(), payloads.root()
    bad.trace_id = bytes(16)
    status, _, answer = ask(receiver, payloads.traces(good, bad).SerializeToString())
    partial = ExportTraceServiceResponse.FromString(answer).partial_success
    assert (status, partial.rejected_spans, kept(path)) == (200, 1, ["call-1"])
    assert "trace id" in partial.error_message


def test_concurrent_senders_lose_nothing(receiver, path):
    """Requests that arrive at the same time are all in the store."""
    calls = [payloads.traces(payloads.root(f"call-{n}", number=n)).SerializeToString() for n in range(1, 41)]
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda body: ask(receiver, body)[0], calls))
    assert statuses == [200] * 40
    assert len(kept(path)) == 40


def test_a_store_that_cannot_keep_it_is_answered_with_try_again(receiver, store):
    """When the store fails nothing is acknowledged: the sender is told to try again."""
    store.close()
    status, headers, answer = ask(receiver, payloads.call().SerializeToString())
    assert (status, headers["Retry-After"], Status.FromString(answer).code) == (503, "1", 14)


RECEIVER = """
import sys, threading
from pathlib import Path
from otel_voice.local.receiver import Receiver
from otel_voice.local.store import Store
receiver = Receiver(Store(Path(sys.argv[1])).add, http_port=0, grpc_port=0)
receiver.start()
print(receiver.http_port, flush=True)
threading.Event().wait()
"""


def test_what_was_answered_survives_kill_9(path):
    """Data that was acknowledged is in the store though the receiver was killed the moment after."""
    with subprocess.Popen([sys.executable, "-c", RECEIVER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline())
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("POST", "/v1/traces", payloads.call().SerializeToString(), PROTOBUF)
        status = connection.getresponse().status
        process.send_signal(signal.SIGKILL)
    assert (status, kept(path)) == (200, ["call-1"])
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)
