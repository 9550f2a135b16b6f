"""One report in four formats."""

import csv
import io
import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from otel_voice.reports import as_csv, as_html, as_json, as_table
from otel_voice.telemetry import names
from tests.reports import traffic
from tests.reports.asking import report

HOSTILE = '=HYPERLINK("http://evil")<script>alert(1)</script>\x1b[31m,"\r\n'


@pytest.fixture
def hostile(tmp_path):
    """A report of a program that says what it should not."""
    calls = traffic.a_day()
    calls.call("five", traffic.NOON + timedelta(hours=1), outcome=HOSTILE)
    said = {names.VOICE_ALERT_SEVERITY: HOSTILE, names.VOICE_ALERT_TITLE: HOSTILE}
    calls.event(names.EVENT_VOICE_ALERT, traffic.NOON, **said, **{names.VOICE_ALERT_MESSAGE: HOSTILE})
    calls.keep(tmp_path / "hostile")
    return report(tmp_path / "hostile", by="hour", service=None)


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.attributes = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend(attrs)
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_table_fits_a_terminal(hostile):
    """80 columns, and no letter that steers a terminal."""
    text = as_table.text(hostile)
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text and "\r" not in text
    assert "success rate" in text and "openai chat" in text and "2026-11-20 12:00" in text


def test_the_page_is_whole_and_harmless(hostile):
    """Every tag is closed, nothing comes from elsewhere, nothing that was told is a tag."""
    text = as_html.text(hostile)
    page = Page(text)
    assert page.open == []
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert not {"src", "href", "onclick"} & {name for name, _ in page.attributes}
    assert "&lt;script&gt;" in text


def test_the_page_can_be_read_aloud(hostile):
    """It has a language and a heading; every table has a caption, and heads that say what they are the head of."""
    page = Page(as_html.text(hostile))
    assert ("lang", "en") in page.attributes and page.tags.count("h1") == 1
    assert page.tags.count("caption") == page.tags.count("table") > 3
    assert page.tags.count("th") == sum(name == "scope" for name, _ in page.attributes)


def test_csv_is_read_back(hostile):
    """RFC 4180: as many columns in every line, CRLF between them, and no formula."""
    text = as_csv.text(hostile)
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == as_csv.COLUMNS and {len(row) for row in rows} == {len(as_csv.COLUMNS)}
    assert re.sub(r'"[^"]*(?:""[^"]*)*"', "", text).count("\n") == len(rows)
    assert [row for row in rows if row[4] == f"'{HOSTILE}"]
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "@", "\t", "\r")]


def test_csv_has_the_numbers(store):
    """A line for each number; what is not known is an empty value."""
    rows = {tuple(row[2:6]): row[6:] for row in csv.reader(io.StringIO(as_csv.text(report(store)), newline=""))}
    assert rows["calls", "ended", "", ""] == ["4", ""]
    assert rows["calls", "duration", "", "p50"] == ["45.0", "s"]
    assert rows["spent", "cost", "", ""] == ["1.25", "USD"]
    assert rows["spent", "output_tokens", "", ""] == ["", "token"]


def test_json_has_its_shape(hostile):
    """The document of docs/reports.md; what is not known is null."""
    document = json.loads(as_json.text(hostile))
    assert (document["format"], document["source"], document["quantiles"]) == (1, "store", "exact")
    assert document["total"]["calls"]["ended"] == 5 and len(document["parts"]) == 24
    assert document["total"]["spent"]["output_tokens"] is None
    assert document["total"]["period"] == {"since": "2026-11-20T00:00:00+00:00", "until": "2026-11-21T00:00:00+00:00"}
    assert document["total"]["talk"]["response_latency"].keys() == {"count", "sum", "mean", "p50", "p95", "p99"}
    assert [use["failed"] for use in document["total"]["providers"] if use["provider"] == "openai"] == [1]


def test_a_report_of_nothing(tmp_path):
    """An empty store is a report in every format, which says so."""
    traffic.Calls().keep(tmp_path / "store")
    nothing = report(tmp_path / "store")
    for told in (as_table.text(nothing), as_html.text(nothing), as_json.text(nothing)):
        assert "the store is empty" in told
    assert len(as_csv.text(nothing).splitlines()) > 10
