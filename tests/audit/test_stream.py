"""Appending: from anywhere, at once, and where the disk refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_voice.audit_trail import spool, stream
from otel_voice.audit_trail.chain import read
from otel_voice.audit_trail.evidence import of_spool
from otel_voice.audit_trail.locking import Lock
from otel_voice.audit_trail.stream import Receipt, Stream, Trouble
from otel_voice.audit_trail.syncing import BeforeReturning
from otel_voice.audit_trail.trouble import Troubles
from otel_voice.audit_trail.verification import verify
from tests.signals import Signals


@pytest.fixture
def appended(tmp_path: Path) -> Iterator[Stream]:
    made = Stream(tmp_path / "spool", dict)
    yield made
    made.close()


def receipts(directory: Path) -> set[Receipt]:
    """What the files hold."""
    found = (read(line.text) for line in of_spool(directory).lines)
    return {Receipt(record.stream, record.sequence, record.hash) for record in found}


def test_what_was_appended_is_in_the_file(appended: Stream, tmp_path: Path) -> None:
    """When append() has returned, another process finds the record, by its receipt."""
    receipt = appended.append({"event": "x"})
    assert receipts(tmp_path / "spool") == {receipt}


def test_only_the_user_may_read_it(appended: Stream, tmp_path: Path) -> None:
    """Directory and files are nobody else's."""
    appended.append({})
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "spool").iterdir()}
    assert ((tmp_path / "spool").stat().st_mode & 0o777, modes) == (0o700, {0o600})


def test_threads_make_one_chain(appended: Stream, tmp_path: Path) -> None:
    """Eight threads that wait for the disk each time make one whole chain, and every receipt is in it."""
    kept: list[Receipt | None] = []

    def work() -> None:
        for number in range(50):
            kept.append(appended.append({"number": number}))
            BeforeReturning().appended(appended)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify(of_spool(tmp_path / "spool")).intact
    assert receipts(tmp_path / "spool") == set(kept) and len(kept) == 400


def test_a_record_within_a_record_comes_after_it(
    appended: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a signal handler or a finalizer records in the middle of another record is chained behind it."""
    sealing = stream.seal

    def interrupted(*arguments: object) -> tuple[str, str]:
        monkeypatch.setattr(stream, "seal", sealing)
        assert appended.append({"event": "inner"}) is None
        return sealing(*arguments)

    monkeypatch.setattr(stream, "seal", interrupted)
    appended.append({"event": "outer"})
    found = of_spool(tmp_path / "spool")
    assert [read(line.text).content["event"] for line in found.lines] == ["outer", "inner"]
    assert verify(found).intact


def test_an_exception_in_the_middle_ends_the_chain(appended: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    """After ^C in the middle of a record nobody knows how far it came: nothing is appended to that chain."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stream, "seal", interrupted)
    with pytest.raises(KeyboardInterrupt):
        appended.append({})
    assert appended.broken


def test_a_stream_goes_on_in_a_new_file(appended: Stream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long stream has several files, which are one chain, and miss each other."""
    monkeypatch.setattr(stream, "SEGMENT_BYTES", 1000)
    for number in range(20):
        appended.append({"number": number})
    files = [segment.path for segment in spool.segments(tmp_path / "spool")]
    assert len(files) > 3
    assert verify(of_spool(tmp_path / "spool")).intact
    files[1].unlink()
    [finding] = verify(of_spool(tmp_path / "spool")).findings
    assert finding.kind == "removed"


def test_a_directory_that_cannot_be_made_loses_nothing(tmp_path: Path) -> None:
    """Records wait in memory, in order, and are written as soon as there is a directory."""
    (tmp_path / "file").touch()
    waiting = Stream(tmp_path / "file" / "spool", dict)
    for number in range(3):
        waiting.append({"number": number})
    assert [held.sequence for held in waiting.held()] == [1, 2, 3]
    trouble = waiting.take_trouble()
    assert isinstance(trouble.error, NotADirectoryError) and trouble.unwritten == 3
    assert waiting.take_trouble() == Trouble()
    (tmp_path / "file").unlink()
    waiting._failed_at = None
    waiting.append({})
    waiting.close()
    assert waiting.held() == [] and len(of_spool(tmp_path / "file" / "spool").lines) == 4


def test_memory_is_bounded_and_what_is_lost_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more records than memory may hold, those that were sent go first, and the others are counted as lost."""
    monkeypatch.setattr(stream, "HELD", 10)
    (tmp_path / "file").touch()
    waiting = Stream(tmp_path / "file", dict)
    for _ in range(10):
        waiting.append({})
    waiting.acknowledged = 2
    for _ in range(5):
        waiting.append({})
    trouble = waiting.take_trouble()
    assert (trouble.unwritten, trouble.lost) == (15, 3)
    assert [held.sequence for held in waiting.held()] == list(range(6, 16))


def test_trouble_is_counted_and_told_once(signals: Signals, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """Both counters count every record; one line in a minute names the directory, the reason and the way out."""
    troubles = Troubles(tmp_path, signals.meter_provider.get_meter("otel_voice"))
    for _ in range(3):
        troubles.tell("audit", Trouble(OSError(28, "No space left on device"), unwritten=2, lost=1))
    troubles.tell("audit", Trouble())
    [told] = caplog.messages
    assert str(tmp_path) in told and "No space left on device" in told and "OTEL_VOICE_AUDIT_DIR" in told
    assert [point.value for point in signals.points("voice.audit.unwritten")] == [6]
    assert [point.value for point in signals.points("voice.audit.lost")] == [3]


def test_a_finalizer_within_a_late_write_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded while held records are being written comes after them, and they are written once."""
    (tmp_path / "file").touch()
    waiting = Stream(tmp_path / "file" / "spool", dict)
    waiting.append({"event": "held"})
    (tmp_path / "file").unlink()
    waiting._failed_at = None
    making = stream.lock_path

    def interrupted(*arguments: object) -> Path:
        monkeypatch.setattr(stream, "lock_path", making)
        assert waiting.append({"event": "finalizer"}) is None
        return making(*arguments)

    monkeypatch.setattr(stream, "lock_path", interrupted)
    waiting.write_held()
    waiting.close()
    found = of_spool(tmp_path / "file" / "spool")
    assert [read(line.text).content["event"] for line in found.lines] == ["held", "finalizer"]
    assert verify(found).intact and waiting.take_trouble().unwritten == 1


def test_a_lock_has_one_holder(tmp_path: Path) -> None:
    """Who has it keeps it until it is released; a directory without locks is an error that is told."""
    held = Lock.acquire(tmp_path / "x.lock")
    assert held is not None and Lock.acquire(tmp_path / "x.lock") is None
    held.release()
    again = Lock.acquire(tmp_path / "x.lock")
    assert again is not None
    again.release()
    with pytest.raises(OSError):
        Lock.acquire(tmp_path / "missing" / "x.lock")
