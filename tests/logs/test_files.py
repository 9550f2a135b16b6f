"""Log files: one for each category, put aside in time, and a disk that fails harms nobody."""

from __future__ import annotations

import gzip
import json
import logging
import os
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from otel_voice.logs import files
from otel_voice.logs.rotation import ALL, RotatingFile, Rotation
from tests.logs.conftest import Begin
from tests.signals import Signals

DAY = 86_400
NOON = 1_800_000_000 - 1_800_000_000 % DAY + DAY / 2


def messages(path: Path) -> list[str]:
    return [json.loads(line)["message"] for line in path.read_text().splitlines()]


def test_each_category_has_its_file(begin: Begin, tmp_path: Path) -> None:
    """In the directories that the issue names; secrets in none of them."""
    logs = begin(log_dir=tmp_path)
    log = logging.getLogger("agent")
    for category in ("app", "security", "audit", "performance"):
        log.warning(category, extra={"voice.log.category": category, "key": "sk-proj-" + "a1B2" * 8})
    log.error("error")
    logs.flush()
    assert {path.relative_to(tmp_path).as_posix(): messages(path) for path in tmp_path.glob("*/*.log")} == {
        "app/app.log": ["app"],
        "errors/errors.log": ["error"],
        "security/security.log": ["security"],
        "audit/audit.log": ["audit"],
        "performance/performance.log": ["performance"],
    }
    assert not any("a1B2" in path.read_text() for path in tmp_path.glob("*/*.log"))


def test_the_files_are_written_by_a_thread_of_ours(begin: Begin, tmp_path: Path) -> None:
    """Nobody has to flush."""
    begin(log_dir=tmp_path)
    logging.getLogger("agent").warning("soon")
    path = tmp_path / "app/app.log"
    assert eventually(lambda: path.exists() and messages(path) == ["soon"])


def test_a_day_is_put_aside(tmp_path: Path) -> None:
    """By days of UTC; compressed, and no more kept than asked for."""
    file = RotatingFile(tmp_path, "app", Rotation(keep=2))
    for day in range(4):
        now = NOON + day * DAY
        for line in (b"first %d\n", b"second %d\n"):
            file.write(line % day, now)
            os.utime(file.path, (now, now))
    assert file.path.read_text() == "first 3\nsecond 3\n"
    aside = sorted(tmp_path.glob("app-*"))
    assert [gzip.decompress(path.read_bytes()) for path in aside] == [
        b"first 1\nsecond 1\n",
        b"first 2\nsecond 2\n",
    ]


def test_a_size_is_put_aside(tmp_path: Path) -> None:
    """Before a file is larger than asked for; nothing is lost, and the order of names is that of time."""
    file = RotatingFile(tmp_path, "app", Rotation(size=100, keep=ALL, compress=False))
    for number in range(30):
        file.write(b"%029d\n" % number, NOON)
    kept = [*sorted(tmp_path.glob("app-*")), file.path]
    assert all(path.stat().st_size <= 100 for path in kept)
    assert [int(line) for path in kept for line in path.read_text().split()] == list(range(30))


def write_many(directory: Path, process: int) -> None:
    file = RotatingFile(directory, "app", Rotation(size=60, keep=ALL))
    for number in range(200):
        file.write(b"%d %d\n" % (process, number), NOON)


def test_processes_share_a_file(tmp_path: Path) -> None:
    """No line is lost or torn, whoever puts the file aside."""
    processes = [get_context("spawn").Process(target=write_many, args=(tmp_path, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    texts = [gzip.decompress(path.read_bytes()).decode() for path in tmp_path.glob("app-*.gz")]
    lines = "".join([*texts, (tmp_path / "app.log").read_text()]).splitlines()
    assert sorted(lines) == sorted(f"{process} {number}" for process in range(3) for number in range(200))


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was half written is taken back, and the next line follows the last whole one."""
    file = RotatingFile(tmp_path, "app", Rotation(size=10**6))
    file.write(b"whole\n", NOON)
    write = os.write

    def full(descriptor: int, data: Any) -> int:
        if len(data) > 4:
            return write(descriptor, data[:4])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    with pytest.raises(OSError, match="No space"):
        file.write(b"too long\n", NOON)
    monkeypatch.undo()
    file.write(b"again\n", NOON)
    assert file.path.read_text() == "whole\nagain\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_disk_that_is_full_is_told_once_and_counted(
    begin: Begin, signals: Signals, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/app.log").symlink_to("/dev/full")
    failing(begin, signals, tmp_path, caplog, "No space left on device")


def test_a_directory_that_cannot_be_written_is_told_once_and_counted(
    begin: Begin, signals: Signals, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file stands where the directory should; once it is gone, writing goes on."""
    (tmp_path / "logs").write_text("")
    logs = failing(begin, signals, tmp_path / "logs", caplog, "Not a directory|File exists")
    (tmp_path / "logs").unlink()
    logging.getLogger("agent").warning("now")
    logs.flush()
    assert messages(tmp_path / "logs/app/app.log") == ["now"]


def failing(begin: Begin, signals: Signals, directory: Path, caplog: pytest.LogCaptureFixture, why: str) -> Any:
    logs = begin(log_dir=directory)
    for _ in range(3):
        logging.getLogger("agent").warning("lost")
        logs.flush()
    told = [record.getMessage() for record in caplog.records if record.name == "otel_voice.export.files"]
    assert len(told) == 1
    assert str(directory / "app") in told[0]
    assert any(reason in told[0] for reason in why.split("|"))
    [point] = signals.points("voice.log.dropped")
    assert (point.value, point.attributes["voice.reason"]) == (3, "write_failed")
    assert len(signals.logs()) == 3
    return logs


def test_more_than_the_queue_holds_is_dropped_and_counted(
    begin: Begin, signals: Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nobody writes; security is dropped last. Whoever logs waits for nothing."""
    monkeypatch.setattr(files, "QUEUE", 10)
    logs = begin(log_dir=tmp_path, log_burst=0)
    assert logs.files is not None
    with logs.files._writing:
        for number in range(15):
            logging.getLogger("agent").warning("%d", number)
        logging.getLogger("agent").warning("s", extra={"voice.log.category": "security"})
    logs.flush()
    assert messages(tmp_path / "app/app.log") == [str(number) for number in range(10)]
    assert messages(tmp_path / "security/security.log") == ["s"]
    [point] = signals.points("voice.log.dropped")
    assert (point.value, point.attributes["voice.reason"]) == (5, "queue_full")


def test_the_end_of_the_process_waits_for_no_hung_disk(
    begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As long as the exit may take, and not until the disk answers; what is lost by it is told."""
    logs = begin(log_dir=tmp_path, exit_timeout=0.05)
    logging.getLogger("agent").warning("waits")
    assert logs.files is not None
    with logs.files._writing:  # as if the thread of ours were in the middle of a write
        logs.finish()
    assert f"1 log records not written to {tmp_path} within 0.05 s" in caplog.text
    logs.flush()
    assert messages(tmp_path / "app/app.log") == ["waits"]


def eventually(true: Callable[[], bool]) -> bool:
    import time

    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def test_files_are_put_aside_as_the_settings_say(begin: Begin, tmp_path: Path) -> None:
    """By size, plain, no more kept than asked for; and all of security, of which every record counts."""
    logs = begin(log_dir=tmp_path, log_rotation=1_000, log_retention=2, log_compression="none", log_burst=0)
    for number in range(50):
        for category in ("performance", "security"):
            logging.getLogger("agent").warning("%d", number, extra={"voice.log.category": category})
        logs.flush()
    kept, all_of_them = (sorted(tmp_path.glob(f"{each}/{each}-*")) for each in ("performance", "security"))
    assert len(kept) == 2
    assert all(path.suffix == ".log" and path.stat().st_size <= 1_000 for path in [*kept, *all_of_them])
    last = tmp_path / "security/security.log"
    assert [message for path in [*all_of_them, last] for message in messages(path)] == [str(n) for n in range(50)]
    compressed = begin(log_dir=tmp_path / "gzip", log_rotation=1_000, log_burst=0)
    for number in range(10):
        logging.getLogger("agent").warning("%d", number)
        compressed.flush()
    assert {path.suffix for path in (tmp_path / "gzip/app").glob("app-*")} == {".gz"}


def test_a_record_without_a_line_is_counted_and_the_next_is_written(
    begin: Begin, signals: Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong with one, the thread that writes goes on."""
    logs = begin(log_dir=tmp_path)
    line = files.JsonLines.line

    def failing(self: Any, told: Any, stream: object = None) -> str:
        if told.record.body == "no line":
            raise RecursionError
        return line(self, told, stream)

    monkeypatch.setattr(files.JsonLines, "line", failing)
    for message in ("first", "no line", "next"):
        logging.getLogger("agent").warning(message)
    logs.flush()
    assert messages(tmp_path / "app/app.log") == ["first", "next"]
    [point] = signals.points("voice.log.dropped")
    assert (point.value, point.attributes["voice.reason"]) == (1, "write_failed")
