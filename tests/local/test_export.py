"""What goes in as OTLP comes out as OTLP/JSON, with nothing lost."""

import json

import pytest

from otel_voice.local import otlp_json
from otel_voice.local.export import pieces
from otel_voice.local.signals import LOGS, METRICS, TRACES
from tests.local import payloads


@pytest.fixture
def requests():
    return payloads.call(), payloads.logs(payloads.log("hello", 1)), payloads.metrics(0.9)


@pytest.fixture
def document(store, path, requests):
    for request in (*requests, payloads.call("call-2"), payloads.metrics(0.7, in_trace="call-2")):
        store.add(payloads.rows_of(request))

    return lambda id=None: json.loads("".join(pieces(path, id)))


def test_one_conversation_is_exported_whole(document, requests):
    """The document holds exactly what was sent for the conversation: spans, logs, and points by their exemplars."""
    exported = document("call-1")
    for signal, sent in zip((TRACES, LOGS, METRICS), requests, strict=True):
        again = signal.request()
        name = {"traces": "resourceSpans", "logs": "resourceLogs", "metrics": "resourceMetrics"}[signal.name]
        otlp_json.parse(json.dumps({name: exported[name]}).encode(), again)
        assert again == sent


def test_the_encoding_is_that_of_otlp(document):
    """Ids are hex in lower case, enums are numbers, 64-bit times are strings, names are in camel case."""
    span = document("call-1")["resourceSpans"][0]["scopeSpans"][0]["spans"][3]
    assert (span["traceId"], span["spanId"]) == (payloads.trace_id("call-1").hex(), "0000000000000005")
    assert (span["status"]["code"], isinstance(span["startTimeUnixNano"], str)) == (2, True)


def test_everything_is_exported_without_an_id(document):
    """Without an id the document holds the whole store."""
    exported = document()
    spans = [span for one in exported["resourceSpans"] for span in one["scopeSpans"][0]["spans"]]
    assert len(spans) == 12
    assert len(exported["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]) == 2


def test_an_empty_store_is_a_valid_document(store, path):
    """An empty store is exported as three empty lists."""
    assert json.loads("".join(pieces(path, None))) == {
        "resourceSpans": [],
        "resourceLogs": [],
        "resourceMetrics": [],
    }
