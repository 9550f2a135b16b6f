"""Bad input: a record is made of whatever it is given, bounded and redacted."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import otel_voice
from otel_voice.audit_trail import catalogue, trail, values
from otel_voice.audit_trail.chain import read
from otel_voice.audit_trail.draft import Draft
from otel_voice.audit_trail.evidence import of_spool
from otel_voice.audit_trail.sender import Sender
from otel_voice.audit_trail.verification import verify
from tests.audit.records import PATIENT
from tests.audit.test_chain import ANYTHING

COLLECTOR = Path(__file__).parents[2] / "collector" / "config.yaml"


class Odd:
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class OddMapping(dict[str, object]):
    def items(self) -> Any:
        raise RuntimeError("no items")


def recursive() -> list[Any]:
    found: list[Any] = [1]
    found += [found, found, {"again": found}]
    return found


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The trail of this process in a directory of its own; nothing is sent."""
    monkeypatch.setattr(Sender, "start", lambda self: None)
    monkeypatch.setenv("OTEL_VOICE_AUDIT_DIR", str(tmp_path / "audit"))
    monkeypatch.setattr(trail, "_trail", None)
    yield tmp_path / "audit"
    found = trail.trail()
    assert found is not None
    found.forget()


def last(directory: Path) -> Any:
    found = of_spool(directory)
    assert verify(found).intact
    return read(found.lines[-1].text).content


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Odd(), "<Odd>"),
        (OddMapping(a=1), "<OddMapping>"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (10**5000, "<16610 bits>"),
        (4111111111111111, "[card]"),
        ("\ud800 half", "\\ud800 half"),
        (b"\x00" * 9, "<9 bytes>"),
        ("password=hunter22", "password=***"),
        ({"Authorization": "abc", "x": {"api_key": [1, 2]}}, {"Authorization": "***", "x": {"api_key": "***"}}),
        ({1: 2, None: 3}, {"1": 2, "None": 3}),
        ((1, 2.5, True, None), [1, 2.5, True, None]),
        ([[[[[["deep"]]]]]], [[[[["<list>"]]]]]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_odd_values_are_kept_as_well_as_can_be(value: object, kept: object, directory: Path) -> None:
    """What JSON cannot say is said in words; what is secret is not said."""
    assert otel_voice.audit("data.access", value=value) is not None
    assert last(directory)["fields"]["value"] == kept


@pytest.mark.parametrize(
    "value",
    [recursive(), "x" * 5_000_000, ["y" * 10_000] * 10_000, {f"k{n}": n for n in range(100_000)}],
    ids=[*map(str, range(4))],
)
def test_a_record_is_bounded(value: object, directory: Path) -> None:
    """Whatever is given, the line is under 64 KiB, which every backend takes, and says that more was there."""
    assert otel_voice.security("token.rejection", actor=value, subject=value, value=value) is not None
    assert len(json.dumps(last(directory))) < 65536


def test_a_long_text_says_its_length(directory: Path) -> None:
    """What is cut is told, and no half of a secret is left at the cut."""
    text = "a" * (values.TEXT_LENGTH - 10) + " alice.somebody@example.com " + "b" * 9000
    otel_voice.audit("data.access", text=text)
    kept = last(directory)["fields"]["text"]
    assert kept.endswith(f"... ({len(text)} characters)") and "alice" not in kept


def test_names_that_are_ours_are_free(directory: Path) -> None:
    """Fields may be called as members of the record are."""
    given = dict.fromkeys(("hash", "previous", "sequence", "stream", "event", "category", "fields", "self"), 1)
    otel_voice.audit("data.access", **given)
    assert last(directory)["fields"] == given


@pytest.mark.parametrize("event", ["data.access", "voice.audit.data.access"])
def test_an_event_has_a_short_name_and_a_full_one(event: str, directory: Path, caplog: Any) -> None:
    """Both are the declared event."""
    otel_voice.audit(event)
    assert (last(directory)["event"], caplog.messages) == ("voice.audit.data.access", [])


@pytest.mark.parametrize(
    "event", ["data.acess", "", None, 7, Odd(), "x" * 10_000, "permission.denial"], ids=[*map(str, range(7))]
)
def test_an_unknown_event_is_told_once_and_kept(event: Any, directory: Path, caplog: Any) -> None:
    """A warning names the catalogue; the record is chained all the same."""
    catalogue._told.clear()
    for _ in range(2):
        otel_voice.audit(event, actor="u-1")
    [told] = caplog.messages
    assert "is no event of the catalogue" in told and "data.access" in told
    assert last(directory)["sequence"] == 2


def test_nothing_is_kept_with_the_sdk_disabled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OTEL_SDK_DISABLED=true writes nothing anywhere."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    monkeypatch.setenv("OTEL_VOICE_AUDIT_DIR", str(tmp_path / "audit"))
    assert otel_voice.audit("data.access") is None
    assert list(tmp_path.iterdir()) == []


COLLECTORS = yaml.safe_load(COLLECTOR.read_text())["processors"]["redaction/private"]
PATTERNS = [re.compile(pattern) for pattern in COLLECTORS["blocked_values"]]


def what_the_collector_would_mask(line: str) -> list[str]:
    return [found.group() for pattern in PATTERNS for found in pattern.finditer(line)]


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "hunter22", "token": "abcdefgh", "authorization": "granted"},
        {"text": "mail alice@example.com or call +41 79 123 45 67, card 4111 1111 1111 1111"},
        {"text": "password: hunter22, api_key=abcdefgh12345678"},
        {"text": "sk-abcdefghijklmnopqrstuvwxyz", "url": "https://u:secret99@example.com/x"},
        {"id": "3f0c9d1e-7d55-4f0e-9a07-bb1b4a5a1f42", "at": "2026-11-21T22:00:00Z", "n": 1732226400000},
    ],
    ids=str,
)
def test_the_shipped_collector_alters_no_record(fields: dict[str, object], directory: Path) -> None:
    """Its redaction, by the patterns of its own configuration, finds nothing more: the hash holds behind it."""
    otel_voice.audit("token.generation", actor="u-7", **fields)
    assert what_the_collector_would_mask(of_spool(directory).lines[-1].text) == []


def test_what_the_collector_would_mask_is_known() -> None:
    """The patterns are those of the configuration: they do find a secret."""
    assert what_the_collector_would_mask('{"text":"alice@example.com"}') != []


@PATIENT
@given(st.dictionaries(st.text(), ANYTHING), ANYTHING, ANYTHING)
def test_no_input_is_too_odd(fields: dict[str, Any], event: Any, actor: Any) -> None:
    """A draft is made of anything."""
    catalogue._told.update(("audit", str(n)) for n in range(200))
    content = Draft("audit", event, actor, actor, fields).content()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
