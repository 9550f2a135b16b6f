"""Prometheus and Loki that answer badly: what is missing is said, and nothing is made up."""

import json
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from otel_voice.reports import increase, making
from otel_voice.reports.errors import UnavailableError
from otel_voice.reports.making import Question
from otel_voice.reports.periods import Period
from otel_voice.reports.prometheus import quoted, runs
from otel_voice.reports.prometheus_source import PrometheusSource

SINCE = datetime(2026, 11, 20, tzinfo=timezone.utc)
DAY = Period(SINCE, SINCE + timedelta(days=1))
NOTHING = {"resultType": "vector", "result": []}


class Answers(ThreadingHTTPServer):
    """Both programs; `of(path, query)` gives an answer's data, or a whole answer as bytes, or a status."""

    daemon_threads = True

    def __init__(self, of):
        self.of, self.asked = of, []
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.server.asked.append((parts.path, query))
        said = self.server.of(parts.path, query)
        status = said if isinstance(said, int) else 200
        body = said if isinstance(said, bytes) else json.dumps({"status": "success", "data": said}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        """Nothing."""


@pytest.fixture
def serve():
    servers = []

    def serve(of):
        servers.append(Answers(of))
        return servers[-1]

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_alerts_of_rules_without_loki(serve):
    """They are told, and that the others are missing."""

    def of(path, query):
        fired = {"metric": {"alertname": "VoiceSlow"}, "values": [[SINCE.timestamp(), "1"]]}
        return {"result": [fired]} if query.get("query", "").startswith("ALERTS") else NOTHING

    made = making.report(PrometheusSource(serve(of).url, None), Question(DAY), SINCE)
    assert [alert.name for alert in made.alerts] == ["VoiceSlow"]
    assert any(note.startswith("missing: alerts of programs: no Loki") for note in made.notes)


def report(server, period=DAY, by=None):
    source = PrometheusSource(server.url, server.url)
    return making.report(source, Question(period, by), SINCE)


@pytest.mark.parametrize("said", [b"<html>", b"[]", b'{"status": "success", "data": {"result": 7}}', 500, b"\xff" * 9])
def test_answers_that_are_none(serve, said):
    """Everything is missing, nothing is 0, and each problem is a note once."""
    made = report(serve(lambda path, query: said))
    assert made.total.calls.ended is None and made.total.spent.cost is None and made.alerts is None
    assert len(set(made.notes)) == len(made.notes) > 0
    assert all(note.startswith("missing: ") for note in made.notes)


@pytest.mark.parametrize(
    "row",
    [{}, {"metric": {}, "value": [0]}, {"metric": {}, "value": [0, "much"]}, {"metric": {}, "values": [[0, "1"]]}, 7],
)
def test_rows_that_are_none(serve, row):
    """A row of another shape is no number."""
    made = report(serve(lambda path, query: {"resultType": "vector", "result": [row]}))
    assert made.total.calls.ended is None and made.notes


def test_no_history_is_no_zero(serve):
    """Where Prometheus has no series nothing is known, and the report says that it has no history."""
    made = report(serve(lambda path, query: NOTHING))
    assert made.total.calls.ended is made.total.calls.started is None
    assert (made.alerts, made.peak_hours) == ((), None)
    assert made.notes == (
        "Prometheus has no history of 1,440 of the period's 1,440 minutes: it did not run, or keeps less; what "
        "happened then is missing",
    )


def test_a_question_that_is_refused_is_one(serve):
    """One metric that has too many samples is missing; the others are not."""

    def of(path, query):
        asked = query.get("query", "")
        if "gen_ai_client" in asked:
            return 422
        if "query_range" in path or asked.startswith("resets"):
            return NOTHING
        if "_bucket" in asked:
            return NOTHING
        return {"result": [{"metric": {"voice_conversation_outcome": "completed"}, "value": [0, "3"]}]}

    made = report(serve(of))
    assert made.total.calls.outcomes == {"completed": 3} and made.total.providers == ()
    assert any("answered 422" in note for note in made.notes)


def test_who_is_gone_is_not_waited_for(serve):
    """One question that finds nobody is enough."""
    server = serve(lambda path, query: NOTHING)
    source = PrometheusSource(server.url, None)
    server.shutdown()
    server.server_close()
    with pytest.raises(UnavailableError, match=r"Prometheus at .* cannot be reached"):
        source.check()
    made = making.report(source, Question(DAY), SINCE)
    assert sum("cannot be reached" in note for note in made.notes) == 1


def test_without_loki(serve):
    """What only events tell is missing, and the report says where it would be."""
    source = PrometheusSource(serve(lambda path, query: NOTHING).url, None)
    source.check()
    made = making.report(source, Question(DAY), SINCE)
    assert made.total.calls.started is None
    assert any("no Loki was named" in note for note in made.notes)


def test_alerts_of_rules(serve):
    """From when to when each fired; one that still does has no end."""
    start = SINCE.timestamp()
    fired = [[start + 60 + 15 * n, "1"] for n in range(5)] + [[start + 3600, "1"]]
    still = [[DAY.until.timestamp() - 15 * n, "1"] for n in (2, 1, 0)]

    def of(path, query):
        if not query.get("query", "").startswith("ALERTS"):
            return NOTHING
        labels = {"alertname": "VoiceSlow", "severity": "warning", "service_name": "agent"}
        return {"result": [{"metric": labels, "values": fired}, {"metric": {"alertname": "Up"}, "values": still}]}

    made = report(serve(of))
    minute = timedelta(minutes=1)
    assert [(one.name, one.started, one.ended) for one in made.alerts] == [
        ("VoiceSlow", SINCE + minute, SINCE + 2 * minute),
        ("VoiceSlow", SINCE + 60 * minute, SINCE + 60 * minute),
        ("Up", DAY.until - minute / 2, None),
    ]


def test_days_of_one_length_are_one_question(serve):
    """A month by day asks as often as a day; the day on which the clock is set is asked by itself."""
    alone, month = serve(lambda path, query: NOTHING), serve(lambda path, query: NOTHING)
    report(alone)
    report(month, Period(SINCE - timedelta(days=29), DAY.until), by="day")
    metrics = [sum(path.startswith("/api/") for path, _ in server.asked) for server in (alone, month)]
    assert metrics[1] <= 2 * metrics[0]
    lengths = (24, 24, 23, 24)
    borders = [SINCE + timedelta(hours=sum(lengths[:n])) for n in range(5)]
    periods = [Period(*borders[n : n + 2]) for n in range(4)]
    assert [len(run) for run in runs(periods, 100)] == [2, 1, 1]


def test_a_service_that_sent_nothing(serve):
    """It is named, with those that did."""

    def of(path, query):
        return ["agent", "other"] if path.endswith("/label/service_name/values") else NOTHING

    server = serve(of)
    made = making.report(PrometheusSource(server.url, server.url, "nobody"), Question(DAY, None, "nobody"), SINCE)
    assert any("the service 'nobody'; there is of: agent, other" in note for note in made.notes)


def test_a_service_is_quoted(serve):
    """Whatever it is called, it is one label's value in every question."""
    server = serve(lambda path, query: NOTHING)
    name = 'a"} or vector(1) #\\\n'
    making.report(PrometheusSource(server.url, server.url, name), Question(DAY), SINCE)
    questions = [query["query"] for _, query in server.asked if "voice_" in query.get("query", "")]
    assert questions and all(f"service_name={quoted(name)}" in question for question in questions)
    assert quoted(name) == '"a\\"} or vector(1) #\\\\\\n"'


@pytest.mark.parametrize(
    ("samples", "grown"),
    [
        ([], 0),
        ([(5, 3.0)], 0),
        ([(15, 3.0)], 3),
        ([(5, 3.0), (15, 4.0)], 1),
        ([(5, 3.0), (10, 4.0), (15, 4.0)], 0),
        ([(5, 3.0), (15, 2.0), (20, 7.0), (25, 1.0)], 8),
    ],
)
def test_growth_from_samples(samples, grown):
    """After a border, from nothing where there is no sample before, across resets."""
    assert increase.grown(samples, 10) == grown
