"""Private data that slipped through the program is removed by the Collector, in every place it can hide."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.stack.binaries import ROOT
from tests.stack.private import LEFTOVERS, LOOK_ALIKES, SECRETS
from tests.stack.real.otlp import TRACE, attributes, counter
from tests.stack.real.own_metrics import total
from tests.stack.real.planting import DROPPED, PLACES, SERVICE, planted, with_attribute, with_link
from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack
from tests.stack.real.whole import WholeStack

pytestmark = pytest.mark.timeout(240)

SIGNALS = {"ResourceSpans": "traces", "ResourceLog": "logs", "ResourceMetrics": "metrics"}
EVERYWHERE = [(signal, place) for signal, places in PLACES.items() for place in places]
BY_NAME = ("password", "http.request.header.authorization", "db.client_secret", "api-key")
SENT = {"traces": "sent_spans", "logs": "sent_log_records", "metrics": "sent_metric_points"}


@dataclass(frozen=True)
class Planted:
    """A stack that was sent everything, and what its Collector let out, by signal and place."""

    stack: WholeStack
    let_out: dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """Every secret and every look-alike, each at every place, sent once; the debug overlay shows what leaves."""
    stack = WholeStack(tmp_path_factory.mktemp("planted"))
    stack.collector.also("--config", str(ROOT / "collector/debug.overlay.yaml"))
    try:
        stack.start()
        for signal, sent in plant(stack).items():
            eventually(lambda s=signal, n=sent: total(stack, f"otelcol_exporter_{SENT[s]}") >= n, f"all {signal} sent")
        yield Planted(stack, what_leaves(stack.collector.said()))
    finally:
        stack.stop()


def plant(stack: Stack) -> dict[str, int]:
    """How many spans, records and points were sent."""
    sent: dict[str, int] = defaultdict(int)
    for signal, place in EVERYWHERE:
        requests = [planted(signal, place, secret, "private") for secret in SECRETS]
        requests += [planted(signal, place, text, "innocent") for text in LOOK_ALIKES]
        for request in requests:
            stack.send(signal, request)
        sent[signal] += len(requests)
    for signal in PLACES:
        for key in BY_NAME:
            stack.send(signal, with_attribute(signal, key, key, {"stringValue": "hunter22"}))
        nested = {"kvlistValue": {"values": attributes({"client_secret": "hunter22"})}}
        stack.send(signal, with_attribute(signal, "inside a map", "a", nested))
        stack.send(signal, with_attribute(signal, "whole number", "a", {"intValue": "4111111111111111"}))
        sent[signal] += len(BY_NAME) + 2
    stack.send("traces", with_link(SECRETS[0]))
    # Points are sent on in their order: when this one is there, all are.
    stack.send("metrics", counter("the.last", {}))
    return sent


def what_leaves(said: str) -> dict[tuple[str, str], str]:
    """The debug exporter's text, filed by signal and place."""
    found: dict[tuple[str, str], str] = defaultdict(str)
    parts = re.split(rf"({'|'.join(SIGNALS)}) #0\n", said)
    for header, text in zip(parts[1::2], parts[2::2], strict=True):
        place = re.search(r"planted\.place: Str\((.+)\)", text)
        if place:
            found[SIGNALS[header], place[1]] += text
    return found


@pytest.mark.parametrize(("signal", "place"), EVERYWHERE)
def test_no_secret_leaves(everything: Planted, signal: str, place: str) -> None:
    """Each secret that was planted at the place is masked there, or the whole place is dropped."""
    text = everything.let_out[signal, f"private: {place}"]
    assert not left_in(text)
    assert text.count("****") >= (0 if place in DROPPED else len(SECRETS))


@pytest.mark.parametrize(("signal", "place"), [there for there in EVERYWHERE if there[1] not in DROPPED])
def test_look_alikes_stay(everything: Planted, signal: str, place: str) -> None:
    """Ids, times, versions and addresses come through unchanged."""
    text = everything.let_out[signal, f"innocent: {place}"]
    assert not [innocent for innocent in LOOK_ALIKES if innocent not in text]


@pytest.mark.parametrize("signal", PLACES)
@pytest.mark.parametrize("key", BY_NAME)
def test_a_value_is_masked_for_its_name(everything: Planted, signal: str, key: str) -> None:
    """Whatever stands under a name like password is private."""
    text = everything.let_out[signal, key]
    assert f"{key}: Str(****)" in text
    assert not left_in(text)


@pytest.mark.parametrize("signal", PLACES)
def test_a_value_inside_a_map_is_masked_for_its_name(everything: Planted, signal: str) -> None:
    """Also where the map is the value of an attribute."""
    text = everything.let_out[signal, "inside a map"]
    assert "****" in text
    assert not left_in(text)


@pytest.mark.parametrize("signal", PLACES)
def test_a_number_is_read_too(everything: Planted, signal: str) -> None:
    """A card number is one also where it is no text."""
    assert "a: Str(****)" in everything.let_out[signal, "whole number"]


def test_nothing_borrowed_is_kept(everything: Planted) -> None:
    """What was lent to the redaction as an attribute is an attribute no more."""
    assert not [there for there, text in everything.let_out.items() if "lent." in text]


def test_links_are_the_one_gap(everything: Planted) -> None:
    """No processor of this Collector reads what a span's link carries; a Collector that does must end this test."""
    assert everything.let_out["traces", "link"].count(SECRETS[0]) == 2


def test_no_secret_is_in_loki(everything: Planted) -> None:
    """Neither in lines nor in labels nor in structured metadata, asked for place by place."""
    for place in PLACES["logs"]:
        query = f'{{service_name="{SERVICE}"}} | planted_place="private: {place}"'
        found = eventually(lambda q=query: lines(everything.stack, q), f"the records of {place}")
        assert not left_in(json.dumps(found))


def test_no_secret_is_in_jaeger(everything: Planted) -> None:
    """Neither in spans nor in their processes and links: of a link Jaeger on Badger stores the ids."""
    sent = (len(SECRETS) + len(LOOK_ALIKES)) * len(PLACES["traces"])
    found = eventually(lambda: whole_trace(everything.stack, at_least=sent), "the spans")
    assert not left_in(without_look_alikes(json.dumps(found)))


def test_no_secret_is_in_prometheus(everything: Planted) -> None:
    """Neither in names, labels and metadata nor in exemplars."""
    get = everything.stack.prometheus_get
    match = f'{{job="{SERVICE}"}}'
    eventually(lambda: get("query", query="the_last_total")["result"], "the last point")
    series = get("query", query=f"last_over_time({match}[1h])")["result"]
    assert series
    exemplars = get("query_exemplars", query=match, start="0", end="9999999999")
    assert exemplars
    found = [series, exemplars, get("metadata"), get("label/__name__/values")]
    assert not left_in(without_look_alikes(json.dumps(found)))


def test_nothing_planted_was_refused(everything: Planted) -> None:
    """All of it was sent on, so that its absence is not for want of arriving."""
    for signal in SENT.values():
        assert total(everything.stack, f"otelcol_exporter_{signal.replace('sent', 'send_failed')}") == 0


def whole_trace(stack: WholeStack, at_least: int) -> object:
    """What Jaeger has of the one trace to which everything planted belongs, once that is this many spans."""
    [trace] = stack.jaeger_get(f"traces/{TRACE}")["data"] or [{"spans": []}]
    return trace if len(trace["spans"]) >= at_least else None


def lines(stack: Stack, query: str) -> list[object]:
    """The streams once they have a line for each secret."""
    streams = stack.log_streams(query)
    return streams if sum(len(s["values"]) for s in streams) >= len(SECRETS) else []


def left_in(text: str) -> list[str]:
    """The secrets of which something is in the text, also as JSON writes them."""
    plain = text.replace("\\", "")
    return [secret for secret in LEFTOVERS if secret in plain]


def without_look_alikes(text: str) -> str:
    """A long id may have the digits of a card in it."""
    for innocent in LOOK_ALIKES:
        text = text.replace(innocent, "")
    return text
