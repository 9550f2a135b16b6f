"""What was done to a chain is found, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_voice.audit_trail import chain as chains
from otel_voice.audit_trail.evidence import Evidence, Line, UnreadableError, of_lines, of_spool
from otel_voice.audit_trail.verification import verify
from tests.audit.records import PATIENT, STREAM, chain, evidence, kinds, verified

HEADER = f'{{"audit_spool":1,"stream":"{STREAM}","first":1,"resource":{{}}}}'


def places(lines: list[str]) -> set[str]:
    return {finding.place for finding in verified(lines).findings}


@PATIENT
@given(st.integers(1, 30))
def test_a_whole_chain_is_whole(count: int) -> None:
    """Nothing is found where nothing was done."""
    report = verified(chain(count))
    assert (report.findings, report.notes) == ([], [])
    assert [(found.first, found.last, found.records) for found in report.chains] == [(1, count, count)]


@PATIENT
@given(st.data())
def test_a_removed_record_is_found(data: st.DataObject) -> None:
    """Records that are taken out of the middle are named, with the line after which they stood."""
    lines = chain(data.draw(st.integers(3, 30)))
    at = data.draw(st.integers(1, len(lines) - 2))
    count = data.draw(st.integers(1, len(lines) - 1 - at))
    [finding] = verified(lines[:at] + lines[at + count :]).findings
    assert (finding.kind, finding.place) == ("removed", f"spool:{at + 1}")
    missing = f"record {at + 1}" if count == 1 else f"records {at + 1} to {at + count}"
    assert finding.text.startswith(f"{missing} of") and finding.text.endswith(f"after spool:{at}")


@PATIENT
@given(st.data())
def test_a_record_that_was_moved_is_found(data: st.DataObject) -> None:
    """One record in another place is named there, and no other is blamed unless both ways explain it."""
    lines = chain(data.draw(st.integers(2, 30)))
    source = data.draw(st.integers(0, len(lines) - 1))
    moved = lines.pop(source)
    target = data.draw(st.integers(0, len(lines)).filter(lambda at: at != source))
    lines.insert(target, moved)
    report = verified(lines)
    [finding] = report.findings
    neighbours = abs(source - target) == 1
    assert finding.kind == "reordered"
    assert finding.place == f"spool:{target + 1}" or (neighbours and finding.place == f"spool:{source + 1}")


@PATIENT
@given(st.data())
def test_a_duplicated_record_is_found(data: st.DataObject) -> None:
    """A record that is there twice is named where it stands the second time."""
    lines = chain(data.draw(st.integers(1, 30)))
    source = data.draw(st.integers(0, len(lines) - 1))
    target = data.draw(st.integers(source + 1, len(lines)))
    lines.insert(target, lines[source])
    [finding] = verified(lines).findings
    assert (finding.kind, finding.place) == ("duplicated", f"spool:{target + 1}")


@PATIENT
@given(st.data())
def test_one_changed_letter_is_found(data: st.DataObject) -> None:
    """Whatever letter of whatever record is changed, this line is named."""
    lines = chain(data.draw(st.integers(1, 10)))
    at = data.draw(st.integers(0, len(lines) - 1))
    letter = data.draw(st.integers(0, len(lines[at]) - 1))
    new = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda each: each != lines[at][letter]))
    # White space before and after a line is no part of it.
    lines[at] = lines[at][:letter] + new + lines[at][letter + 1 :]
    assert f"spool:{at + 1}" in places(lines)


@PATIENT
@given(st.data())
def test_a_record_with_a_new_hash_does_not_fit_in(data: st.DataObject) -> None:
    """Who edits a record and makes its hash anew breaks what the next one continues."""
    lines = chain(data.draw(st.integers(2, 20)))
    at = data.draw(st.integers(0, len(lines) - 2))
    old = chains.read(lines[at])
    content = {name: value for name, value in old.content.items() if name not in ("stream", "sequence", "previous")}
    lines[at], _ = chains.seal({**content, "actor": "nobody"}, STREAM, old.sequence, old.previous)
    [finding] = verified(lines).findings
    assert (finding.kind, finding.place) == ("replaced", f"spool:{at + 1}")


@PATIENT
@given(st.lists(st.integers(0, 19), max_size=40))
def test_any_other_order_or_choice_is_found(order: list[int]) -> None:
    """Only the beginnings of a chain are whole, and what lacks its beginning has a note."""
    lines = chain(20)
    report = verified([lines[index] for index in order])
    if order == list(range(order[0], order[0] + len(order)) if order else []):
        assert report.intact
        assert bool(report.notes) == (bool(order) and order[0] > 0)
    else:
        assert not report.intact


def test_a_torn_last_line_is_told_as_such() -> None:
    """What a crash leaves in the middle of a line is a note, and no finding."""
    lines = chain(3)
    report = verify(of_lines("spool", f"{lines[0]}\n{lines[1]}\n{lines[2][:40]}".encode()))
    assert report.intact
    assert "spool:3: the last line is torn (40 characters)" in report.notes[0]


def test_half_a_line_in_the_middle_is_an_edit() -> None:
    """Only the last line can be torn."""
    lines = chain(3)
    assert kinds(verified([lines[0], lines[1][:40], lines[2]])) == {"edited", "removed"}


def test_the_beginning_of_a_file_is_missed() -> None:
    """A file says with which record it begins, so that its first lines cannot be taken away."""
    lines = chain(5)
    [finding] = verified([HEADER, *lines[2:]]).findings
    assert (finding.kind, finding.place) == ("removed", "spool:2")
    assert finding.text.startswith("records 1 to 2 ")


def test_retention_is_a_note() -> None:
    """A stream whose older files were given up begins later, which is told and is no finding."""
    report = verified([HEADER.replace('"first":1', '"first":4'), *chain(6)[3:]])
    assert report.intact
    assert "record 4 of stream" in report.notes[0]


@pytest.mark.parametrize(("kept", "missing"), [(3, "records 4 to 5"), (0, "all of stream")])
def test_what_was_sent_must_be_there(tmp_path: Path, kept: int, missing: str) -> None:
    """The end of a spool that was already sent cannot be taken away unseen."""
    (tmp_path / f"{STREAM}-{1:012d}.jsonl").write_text("".join(f"{line}\n" for line in [HEADER, *chain(5)[:kept]]))
    (tmp_path / f"{STREAM}.sent").write_text(f"{5:020d}\n")
    [finding] = verify(of_spool(tmp_path)).findings
    assert finding.kind == "removed" and missing in finding.text


def test_streams_are_told_apart() -> None:
    """Two chains in one file are two chains."""
    lines = [line for pair in zip(chain(4), chain(4, "b" * 32), strict=True) for line in pair]
    report = verified(lines)
    assert report.intact and len(report.chains) == 2
    assert kinds(verified(lines[:2] + lines[3:])) == {"removed"}


def stored(numbers: list[int]) -> Evidence:
    """Records of one chain, in the order in which a store got them."""
    lines = chain(max(numbers))
    rows = [Line(f"log {at}", lines[number - 1]) for at, number in enumerate(numbers, 1)]
    return Evidence(ordered=True, resent=True, lines=rows)


@PATIENT
@given(st.lists(st.integers(1, 8), min_size=1, max_size=6))
def test_an_end_that_was_sent_again_is_a_note(far: list[int]) -> None:
    """A sender that died, however often, goes on from its last success: the same records again, and nobody's doing."""
    numbers = list(range(1, far[0] + 1))
    for more in far[1:]:
        reached = max(numbers)
        numbers += [*range(max(1, reached - more), reached + 1), reached + 1]
    report = verify(stored(numbers))
    assert report.findings == []
    assert len(report.notes) == len(numbers) - max(numbers)
    assert all("the same: it was sent again" in note for note in report.notes)


@PATIENT
@given(st.data())
def test_a_record_that_was_put_into_a_store_again_is_found(data: st.DataObject) -> None:
    """No sender brings a single record of the middle."""
    count = data.draw(st.integers(2, 20))
    again = data.draw(st.integers(1, count - 1))
    at = data.draw(st.integers(again + 1, count))
    numbers = [*range(1, at + 1), again, *range(at + 1, count + 1)]
    [finding] = verify(stored(numbers)).findings
    assert (finding.kind, finding.place) == ("duplicated", f"log {at + 1}")


def test_a_store_has_the_order_in_which_records_came() -> None:
    """The sender keeps it."""
    [finding] = verify(stored([1, 2, 4, 3, 5])).findings
    assert finding.kind == "reordered" and finding.place in ("log 3", "log 4")


def test_without_an_order_none_is_asked_for() -> None:
    """Loki gives the newest first."""
    found = Evidence(ordered=False, lines=[Line(f"entry {n}", line) for n, line in enumerate(reversed(chain(4)))])
    report = verify(found)
    assert (report.findings, report.notes) == ([], [])


def test_loki_has_nothing_twice() -> None:
    """Of two entries that are the same it keeps one, so that an export in which one is twice was altered."""
    lines = chain(4)
    found = Evidence(ordered=False, lines=[Line(f"entry {n}", line) for n, line in enumerate([*lines, lines[2]])])
    assert [(each.kind, each.place) for each in verify(found).findings] == [("duplicated", "entry 4")]


def test_a_record_under_another_moment_was_moved() -> None:
    """What a store orders by is the moment, which the record knows itself; one that is edited is told as that."""
    line, _ = chains.seal({"time": "2026-11-22T02:08:26.903781830Z"}, STREAM, 1, chains.GENESIS)
    own = 1795313306903781830
    assert verify(Evidence(ordered=False, lines=[Line("entry 0", line, at=own)])).findings == []
    [finding] = verify(Evidence(ordered=False, lines=[Line("entry 0", line, at=own + 1)])).findings
    assert finding.kind == "reordered"
    assert "it stands at 2026-11-22T02:08:26.903781831Z, and was made at 2026-11-22T02:08:26.9" in finding.text
    edited = line.replace("02:08:26", "02:08:27")
    [finding] = verify(Evidence(ordered=False, lines=[Line("entry 0", edited, at=own)])).findings
    assert finding.kind == "edited"


def test_two_records_with_one_number_are_found() -> None:
    """A fork of a chain is found also where order says nothing."""
    lines = chain(4)
    forged, _ = chains.seal({"actor": "x"}, STREAM, 3, chains.read(lines[2]).previous)
    found = Evidence(ordered=False, lines=[Line(f"log {n}", line) for n, line in enumerate([*lines, forged])])
    assert [(each.kind, each.place) for each in verify(found).findings] == [("replaced", "log 4")]


def test_what_stands_beside_a_record_is_compared() -> None:
    """An attribute that says something else than the record is an edit."""
    [line] = chain(1)
    found = Evidence(ordered=False, lines=[Line("log 0", line, {"actor": "u-2", "sequence": "1"})])
    [finding] = verify(found).findings
    assert finding.kind == "edited" and "voice.audit.actor" in finding.text


def test_the_mask_of_a_collector_is_named() -> None:
    """Whom a Collector's redaction altered a record for is not left to suspect a person."""
    lines = chain(2)
    [finding] = verified([lines[0].replace("u-1", "****"), lines[1]]).findings
    assert "a Collector's redaction may have done this" in finding.text


def test_nothing_to_verify_is_said(tmp_path: Path) -> None:
    """A directory without records, and one that is not there, are told by name."""
    with pytest.raises(UnreadableError, match="no audit records in"):
        of_spool(tmp_path)
    with pytest.raises(UnreadableError, match="cannot read"):
        of_spool(tmp_path / "missing")


def test_a_file_of_anything_is_read(tmp_path: Path) -> None:
    """Bytes that are no text are findings, not exceptions."""
    (tmp_path / "x.jsonl").write_bytes(b"\xff\xfe\x00\n{}\n" + b"[" * 100_000 + b"\n")
    assert len(verify(of_spool(tmp_path / "x.jsonl")).findings) == 3
    assert evidence([]).lines == []
