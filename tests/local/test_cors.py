"""Browsers: a page may send to the receiver when its origin was named, and no other page may."""

from http.client import HTTPConnection

import pytest

from otel_voice.local.receiver import Receiver
from tests.local import payloads

APP = "https://app.example.com"
PROTOBUF = {"Content-Type": "application/x-protobuf"}


@pytest.fixture
def open_receiver(store):
    with Receiver(store.add, http_port=0, grpc_port=0, origins=[APP]) as receiver:
        yield receiver


def ask(receiver, method, headers, body=None):
    connection = HTTPConnection("127.0.0.1", receiver.http_port, timeout=20)
    connection.request(method, "/v1/traces", body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer


def preflight(receiver, origin, asked="content-type"):
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": asked}
    return ask(receiver, "OPTIONS", headers)


def test_a_page_that_was_named_may_send(open_receiver):
    """Its preflight and its request are answered with its origin, which is never a star."""
    asked = preflight(open_receiver, APP, "content-type,authorization")
    assert asked.status == 204
    assert asked.headers["Access-Control-Allow-Origin"] == APP
    assert asked.headers["Access-Control-Allow-Headers"] == "content-type,authorization"
    sent = ask(open_receiver, "POST", {**PROTOBUF, "Origin": APP}, payloads.call().SerializeToString())
    assert (sent.status, sent.headers["Access-Control-Allow-Origin"]) == (200, APP)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", APP + ".evil.example", "", "*"])
def test_a_page_that_was_not_named_may_not(open_receiver, origin):
    """Its browser is told nothing that would let it send."""
    asked = preflight(open_receiver, origin)
    assert asked.status == 405
    assert "Access-Control-Allow-Origin" not in asked.headers


def test_no_page_may_by_default(receiver):
    """Whoever wants it says so."""
    assert preflight(receiver, APP).status == 405
    sent = ask(receiver, "POST", {**PROTOBUF, "Origin": APP}, payloads.call().SerializeToString())
    assert sent.status == 200
    assert "Access-Control-Allow-Origin" not in sent.headers


def test_names_of_headers_are_not_repeated_unread(open_receiver):
    """What could be no name of a header is not sent back."""
    assert "Access-Control-Allow-Headers" not in preflight(open_receiver, APP, "a: b").headers
