"""Reports as JSON endpoints: bounded, and clear about what is wrong with a question."""

import json
import threading
import urllib.error
import urllib.request

import pytest

import otel_voice.reports
from otel_voice.health.server import HealthServer
from otel_voice.reports.opening import StoreArchive
from otel_voice.reports.pages import AT_ONCE, ReportPages

DAY = "since=2026-11-20&until=2026-11-21"


@pytest.fixture
def ask(store):
    pages = ReportPages(StoreArchive(store))

    def ask(path, method="GET"):
        answer = pages.answer(method, path).result(timeout=30)
        return answer.status, json.loads(answer.body)

    return ask


@pytest.mark.parametrize("path", ["/analytics/metrics", "/metrics/range", "/metrics/daily/2026-11-20"])
def test_reports(ask, path):
    """The document of `otel-voice report --format json`."""
    status, document = ask(path if "daily" in path else f"{path}?{DAY}")
    assert (status, document["format"], document["total"]["calls"]["ended"]) == (200, 1, 4)


def test_days_have_a_zone(ask):
    """The same day begins elsewhere at another moment."""
    _, document = ask("/metrics/daily/2026-11-20?timezone=Pacific/Auckland&by=hour")
    assert document["total"]["period"]["since"] == "2026-11-20T00:00:00+13:00"
    assert document["total"]["calls"]["ended"] is None and len(document["parts"]) == 24


def test_calls_by_pages(ask):
    """The newest first; `next` leads to those before, and is null behind the last."""
    found, before = [], ""
    while before is not None:
        status, page = ask(f"/calls?{DAY}&limit=3{before and f'&before={before}'}")
        assert status == 200
        found.extend(call["id"] for call in page["calls"])
        before = page["next"]
    assert found == ["four", "three", "two", "one"]


def test_alerts(ask):
    """With their times."""
    status, document = ask(f"/alerts?{DAY}")
    assert status == 200
    [alert] = document["alerts"]
    assert (alert["name"], alert["started"], alert["ended"]) == ("No line", "2026-11-20T12:00:00+00:00", None)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/metrics/range?since=tomorrow", "since 'tomorrow' is no moment"),
        ("/metrics/range?since=2026-11-21&until=2026-11-20", "before it begins"),
        ("/metrics/range?since=2020-01-01&until=2026-11-20", "at most 400"),
        ("/metrics/range?since=90d&by=hour", "or by day"),
        ("/metrics/range?by=minute", "'minute' is no step"),
        ("/metrics/range?sins=24h", "no parameter 'sins': give since"),
        ("/metrics/range?since=1h&since=2h", "given twice"),
        ("/metrics/range?since=", "since is empty"),
        ("/metrics/range?since", "cannot be read"),
        ("/metrics/range?" + "&".join(f"since={n}h" for n in range(1, 40)), "cannot be read"),
        (f"/metrics/range?service={'x' * 3000}", "longer than 2000"),
        ("/metrics/range?timezone=Mars", "not a time zone"),
        ("/metrics/daily/2026-02-30", "no date"),
        ("/metrics/daily/%2e%2e/etc", "no date"),
        ("/calls?limit=501", "from 1 to 500"),
        ("/calls?limit=0", "from 1 to 500"),
        ("/calls?limit=1e2", "whole number"),
        ("/calls?before=-1", "whole number"),
        ("/alerts?by=day", "no parameter 'by'"),
    ],
)
def test_what_is_no_question(ask, path, said):
    """400, and a line that names what is wrong and what is allowed."""
    status, document = ask(path)
    assert status == 400 and said in document["error"]


def test_what_is_no_page(ask):
    """404 names the pages, 405 the methods."""
    assert ask("/metrics")[0] == ask("/")[0] == 404
    assert "/metrics/daily/{date}" in ask("/nothing")[1]["pages"]
    assert ask("/calls", "POST")[0] == 405


@pytest.mark.parametrize("content", [None, b"no store"])
def test_a_store_that_is_none(tmp_path, content):
    """503, and a line that names it."""
    if content is not None:
        (tmp_path / "store").write_bytes(content)
    answer = ReportPages(StoreArchive(tmp_path / "store")).answer("GET", "/calls").result(timeout=30)
    assert answer.status == 503 and str(tmp_path) in json.loads(answer.body)["error"]


class Held:
    """An archive that is opened as long as nobody lets go of it."""

    def __init__(self):
        self.entered, self.let_go, self.opened = threading.Semaphore(0), threading.Event(), 0

    def open(self, period, service):
        self.opened += 1
        self.entered.release()
        assert self.let_go.wait(30)
        raise RuntimeError("made for a test")


def test_reports_that_are_made_at_once_are_bounded():
    """One more than there may be is told to come again; the same question twice is one report."""
    held = Held()
    pages = ReportPages(held)
    waiting = [pages.answer("GET", f"/metrics/range?since={n + 1}h") for n in range(AT_ONCE)]
    same = pages.answer("GET", "/metrics/range?since=1h")
    for _ in waiting:
        assert held.entered.acquire(timeout=30)
    refused = pages.answer("GET", "/metrics/range?since=9h").result(timeout=30)
    assert refused.status == 503 and "ask again" in json.loads(refused.body)["error"]
    held.let_go.set()
    assert {future.result(timeout=30).status for future in (*waiting, same)} == {500}
    assert held.opened == AT_ONCE
    assert pages.answer("GET", "/metrics/range?since=9h").result(timeout=30).status == 500


def test_what_we_did_wrong_is_said_to_whoever_runs_it(caplog):
    """The one who asks is told no more than its kind; the log has the stack."""
    held = Held()
    held.let_go.set()
    answer = ReportPages(held).answer("GET", "/metrics/range?since=1h").result(timeout=30)
    assert json.loads(answer.body) == {"error": "the report could not be made: RuntimeError"}
    [told] = [record for record in caplog.records if record.name == "otel_voice.reports.pages"]
    assert told.exc_info and "made for a test" in str(told.exc_info[1])


def test_mounted(store):
    """In an ASGI application, under a path of its own, the query included."""
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.testclient import TestClient

    app = Starlette(routes=[Mount("/voice", otel_voice.reports.app(store=store, timezone="Europe/Berlin"))])
    with TestClient(app) as client:
        document = client.get(f"/voice/metrics/range?{DAY}").json()
        assert (document["timezone"], document["total"]["calls"]["ended"]) == ("Europe/Berlin", 4)
        assert client.get("/voice/metrics/range?since=never").status_code == 400


@pytest.mark.parametrize(
    "given", [{}, {"loki": "http://x"}, {"store": "a", "prometheus": "http://x"}, {"prometheus": "localhost:9090"}]
)
def test_what_is_no_archive(given):
    """Neither, both, or no address."""
    with pytest.raises(ValueError, match=r"name|give"):
        otel_voice.reports.app(**given)


def test_served_on_a_port(store):
    """By the server of health."""
    with HealthServer("127.0.0.1", 0, ReportPages(StoreArchive(store))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with urllib.request.urlopen(f"{url}/metrics/range?{DAY}", timeout=30) as answer:
            assert json.load(answer)["total"]["calls"]["ended"] == 4
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url}/metrics/range?since=never", timeout=30)
        assert refused.value.code == 400
        refused.value.close()
        server.shutdown()
