"""The form of a record: one line, whose hash anybody can make again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_voice.audit_trail import values
from otel_voice.audit_trail.chain import GENESIS, NotARecordError, read, seal
from tests.audit.records import PATIENT, chain

DOCUMENT = Path(__file__).parents[2] / "docs" / "audit.md"

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=20,
)


@PATIENT
@given(st.dictionaries(st.text(), ANYTHING))
def test_whatever_is_given_is_sealed_and_read_again(fields: dict[str, Any]) -> None:
    """Any fields become one line of ASCII that is read as what was written, and is intact."""
    line, found = seal({"fields": values.fields(fields)}, "s", 1, GENESIS)
    record = read(line)
    assert line.isascii() and line.isprintable()
    assert (record.hash, record.intact, record.previous, record.sequence) == (found, True, GENESIS, 1)


def test_the_hash_is_that_of_the_line_without_it() -> None:
    """As docs/audit.md says: SHA-256 of the line up to `,"hash"`, and a closing brace."""
    line, found = seal({"event": "x"}, "s", 2, "b" * 64)
    hashed = line[: line.rindex(',"hash":"')] + "}"
    assert hashlib.sha256(hashed.encode()).hexdigest() == found == json.loads(line)["hash"]
    assert hashed == '{"event":"x","previous":"' + "b" * 64 + '","sequence":2,"stream":"s"}'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "does not end with a hash"),
        ("not json", "does not end with a hash"),
        ('{"a":1}', "does not end with a hash"),
        ('{"a":,"hash":"' + "0" * 64 + '"}', "no JSON"),
        ('{"a":1,"hash":"' + "0" * 64 + '"}', "no stream"),
        ('{"stream":"s","previous":"p","sequence":0,"hash":"' + "0" * 64 + '"}', "no sequence number"),
        ('{"stream":"s","previous":"p","sequence":true,"hash":"' + "0" * 64 + '"}', "no sequence number"),
        ("[" * 100_000 + ',"hash":"' + "0" * 64 + '"}', "does not end with a hash"),
        ('{"a":' + "[" * 100_000 + ',"hash":"' + "0" * 64 + '"}', "no JSON"),
    ],
)
def test_what_is_no_record_is_said(line: str, said: str) -> None:
    """A text that is no record is refused with the reason."""
    with pytest.raises(NotARecordError, match=said):
        read(line)


def test_the_documented_verifier_agrees() -> None:
    """The few lines of docs/audit.md accept a whole chain, and refuse one that lacks or alters a record."""
    text = DOCUMENT.read_text(encoding="utf-8")
    block = text[text.index("<!-- run -->") :].split("```")[1].removeprefix("python\n")
    found: dict[str, Any] = {}
    exec(block, found)
    lines = chain(5)
    found["verify"](lines)
    with pytest.raises(AssertionError, match="missing after 2"):
        found["verify"](lines[:2] + lines[3:])
    with pytest.raises(AssertionError, match="edited: 2"):
        found["verify"]([lines[0], lines[1].replace("u-2", "u-3")])
