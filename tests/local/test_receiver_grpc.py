"""OTLP over gRPC, sent by the real exporters, and the ports of the receiver as a whole."""

import socket

import grpc
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2_grpc import MetricsServiceStub
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub

from otel_voice.local import receiver as receivers
from otel_voice.local.conversations import Conversations
from otel_voice.local.errors import PortInUseError
from otel_voice.local.receiver import Receiver
from tests.local import payloads


@pytest.fixture
def channel(receiver):
    with grpc.insecure_channel(f"127.0.0.1:{receiver.grpc_port}") as channel:
        yield channel


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_all_three_signals_are_kept(channel, path):
    """Traces, logs and metrics over gRPC, compressed or not, are in the store once they are answered."""
    TraceServiceStub(channel).Export(payloads.call(), compression=grpc.Compression.Gzip)
    LogsServiceStub(channel).Export(payloads.logs(payloads.log("hello", 1)))
    MetricsServiceStub(channel).Export(payloads.metrics(0.9))
    conversation = Conversations(path).conversation("call-1")
    assert (len(conversation.turns), [line.text for line in conversation.logs]) == (1, ["hello"])


def test_malformed_messages_are_refused(channel):
    """Bytes that are no request are an error of the caller, and the service goes on."""
    method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    with pytest.raises(grpc.RpcError):
        channel.unary_unary(method)(b"\xff\xff\xff")
    TraceServiceStub(channel).Export(payloads.call())


def test_spans_without_ids_are_rejected(channel):
    """Bad spans are counted in partial_success."""
    bad = payloads.root()
    bad.span_id = b""
    assert TraceServiceStub(channel).Export(payloads.traces(bad)).partial_success.rejected_spans == 1


def test_a_store_that_cannot_keep_it_is_unavailable(channel, store):
    """When the store fails the sender is told to try again."""
    store.close()
    with pytest.raises(grpc.RpcError) as refused:
        TraceServiceStub(channel).Export(payloads.call())
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("option", ["http_port", "grpc_port"])
def test_a_port_that_was_asked_for_and_is_taken_is_an_error(store, taken, option):
    """The error names the port and the option."""
    ports = {"http_port": 0, "grpc_port": 0, option: taken}
    with pytest.raises(PortInUseError, match=f"{taken}.*--{option.replace('_', '-')}"):
        Receiver(store.add, **ports)


def test_standard_ports_that_are_taken_are_replaced(store, taken, monkeypatch, capfd):
    """Without an explicit port the receiver listens elsewhere, says so, and nothing else is printed."""
    monkeypatch.setattr(receivers, "HTTP_PORT", taken)
    monkeypatch.setattr(receivers, "GRPC_PORT", taken)
    with Receiver(store.add) as receiver:
        assert len({receiver.http_port, receiver.grpc_port, taken}) == 3
        assert [str(taken) in line for line in receiver.moved] == [True, True]
    assert capfd.readouterr() == ("", "")


def test_only_this_machine_can_connect(receiver):
    """Both listeners are bound to the loopback interface alone."""
    for port in (receiver.http_port, receiver.grpc_port):
        with socket.socket() as elsewhere:
            elsewhere.bind(("127.0.0.2", port))
