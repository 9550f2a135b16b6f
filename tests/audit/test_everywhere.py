"""A spool, a Loki export and the embedded store: in each of them each thing that is done to a chain is found."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from abc import ABC, abstractmethod
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from otel_voice.audit_trail import spool
from otel_voice.audit_trail.moments import iso, nanoseconds
from otel_voice.cli.main import main
from tests.distro.program import clean_environment

AGENT = """
import otel_voice
for number in range(1, 7): otel_voice.audit("data.access", actor=f"u-{number}", subject="r-9")
"""
DONE = ("removed", "reordered", "edited", "duplicated")


class Kept(ABC):
    """Six records in one of the places where they are; number 3 is in its hands."""

    @abstractmethod
    def arguments(self) -> list[str]:
        """Those of `otel-voice audit verify`."""

    @abstractmethod
    def removed(self) -> str:
        """Take number 3 away; gives the place at which that is seen."""

    @abstractmethod
    def reordered(self) -> str:
        """Put it behind number 5."""

    @abstractmethod
    def edited(self) -> str:
        """Have somebody else have done it."""

    @abstractmethod
    def duplicated(self) -> str:
        """Have it there once more, behind number 5."""


class Spool(Kept):
    """The file as it was written. Line 1 is its header."""

    def __init__(self, directory: Path) -> None:
        [segment] = spool.segments(directory)
        self._path = segment.path
        self._lines = self._path.read_text().splitlines(keepends=True)

    def arguments(self) -> list[str]:
        return [str(self._path)]

    def removed(self) -> str:
        del self._lines[3]
        return self._line(4)

    def reordered(self) -> str:
        self._lines.insert(5, self._lines.pop(3))
        return self._line(6)

    def edited(self) -> str:
        self._lines[3] = self._lines[3].replace("u-3", "u-9")
        return self._line(4)

    def duplicated(self) -> str:
        self._lines.insert(6, self._lines[3])
        return self._line(7)

    def _line(self, number: int) -> str:
        self._path.write_text("".join(self._lines))
        return f"{self._path.name}:{number}"


class Store(Kept):
    """The rows of what `otel-voice run` keeps."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("SELECT id FROM log WHERE instr(raw, 'voice.audit.hash') ORDER BY id")
            self._rows = [0, *(row for (row,) in found)]
            first, *others = (name for _, name, *_ in connection.execute("PRAGMA table_info(log)"))
            assert first == "id"
            self._columns = ", ".join(others)

    def arguments(self) -> list[str]:
        return ["--store", str(self._path)]

    def removed(self) -> str:
        self._do("DELETE FROM log WHERE id = ?", self._rows[3])
        return self._row(4)

    def reordered(self) -> str:
        self._do("UPDATE log SET id = 1000 WHERE id = ?", self._rows[3])
        return f"{self._path.name}: log 1000"

    def edited(self) -> str:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            [[raw]] = connection.execute("SELECT raw FROM log WHERE id = ?", (self._rows[3],))
            connection.execute("UPDATE log SET raw = ? WHERE id = ?", (raw.replace(b"u-3", b"u-9"), self._rows[3]))
        return self._row(3)

    def duplicated(self) -> str:
        self._do(f"INSERT INTO log SELECT 1000, {self._columns} FROM log WHERE id = ?", self._rows[3])
        return f"{self._path.name}: log 1000"

    def _row(self, number: int) -> str:
        return f"{self._path.name}: log {self._rows[number]}"

    def _do(self, statement: str, row: int) -> None:
        with closing(sqlite3.connect(self._path)) as connection, connection:
            connection.execute(statement, (row,))


class Loki(Kept):
    """What query_range answers: the newest first, under their own moments."""

    def __init__(self, directory: Path) -> None:
        [segment] = spool.segments(directory)
        lines = segment.path.read_text().splitlines()[1:]
        self._entries = [self._entry(line) for line in reversed(lines)]
        self._path = directory / "loki.json"
        self._write()

    def arguments(self) -> list[str]:
        return ["--loki", str(self._path)]

    def removed(self) -> str:
        del self._entries[3]
        return self._at(2)

    def reordered(self) -> str:
        """Its order is that of time: the entry is given a moment between the last two."""
        self._entries[3][0] = str(int(self._entries[1][0]) + 1)
        return self._at(3)

    def edited(self) -> str:
        self._entries[3][1] = self._entries[3][1].replace("u-3", "u-9")
        return self._at(3)

    def duplicated(self) -> str:
        self._entries.insert(1, self._entries[3])
        return self._at(4)

    def _at(self, number: int) -> str:
        self._write()
        return f"{self._path.name}: stream 0, entry {number}"

    def _write(self) -> None:
        result = [{"stream": {"service_name": "agent"}, "values": self._entries}]
        answer = {"status": "success", "data": {"resultType": "streams", "result": result}}
        self._path.write_text(json.dumps(answer))

    @staticmethod
    def _entry(line: str) -> list[Any]:
        return [str(nanoseconds(json.loads(line)["time"])), line]


class LokiLines(Loki):
    """What `logcli query --output=jsonl` prints."""

    def _at(self, number: int) -> str:
        self._write()
        return f"{self._path.name}:{number + 1}"

    def _write(self) -> None:
        rows = [{"labels": {}, "line": line, "timestamp": iso(int(at))} for at, line in self._entries]
        self._path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the spool and the store of one program, as they were left."""
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "agent.py").write_text(AGENT)
    environment = {
        **clean_environment(),
        "OTEL_SERVICE_NAME": "agent",
        "OTEL_VOICE_AUDIT_DIR": str(folder / "audit"),
        "OTEL_VOICE_EXIT_TIMEOUT": "60",
    }
    command = (sys.executable, "-m", "otel_voice.cli.main", "run", "--store", str(folder / "kept.sqlite3"))
    program = ("--", sys.executable, str(folder / "agent.py"))
    done = subprocess.run([*command, *program], env=environment, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(params=["spool", "store", "loki", "logcli"])
def kept(request: pytest.FixtureRequest, recorded: Path, tmp_path: Path) -> Kept:
    shutil.copytree(recorded / "audit", tmp_path / "audit")
    if request.param == "store":
        return Store(shutil.copy(recorded / "kept.sqlite3", tmp_path / "kept.sqlite3"))
    return {"spool": Spool, "loki": Loki, "logcli": LokiLines}[request.param](tmp_path / "audit")


def verified(kept: Kept, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit status, and what was printed."""
    status = main(["audit", "verify", *kept.arguments()])
    return status, capsys.readouterr().out.splitlines()


def test_nothing_is_found_where_nothing_was_done(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    """Six records, whole, with no notes."""
    status, lines = verified(kept, capsys)
    assert status == 0
    assert lines[0].endswith("(audit): 6 records, 1 to 6") and lines[1:] == ["every chain is whole"]


@pytest.mark.parametrize("what", DONE)
def test_what_was_done_is_found_with_its_place(kept: Kept, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The status is 1, and the one finding names the place, what was done, and the record."""
    place = getattr(kept, what)()
    status, lines = verified(kept, capsys)
    assert status == 1
    [finding] = [line for line in lines if line.startswith(place)]
    assert finding.startswith(f"{place}: {what}: record 3 of stream ")
    assert lines[-1] == "1 finding"


@pytest.mark.parametrize("spoiled", ["'voice.audit.hash'", "x'ff' || raw", "substr(raw, 1, length(raw) - 9)"])
def test_a_row_that_cannot_be_read_is_an_edit(
    recorded: Path, tmp_path: Path, spoiled: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What somebody wrote over a row stops nobody from seeing where."""
    path = Path(shutil.copy(recorded / "kept.sqlite3", tmp_path / "kept.sqlite3"))
    with closing(sqlite3.connect(path)) as connection, connection:
        [row] = connection.execute("SELECT max(id) - 3 FROM log WHERE instr(raw, 'voice.audit.hash')").fetchone()
        connection.execute(f"UPDATE log SET raw = {spoiled} WHERE id = ?", (row,))
    assert main(["audit", "verify", "--store", str(path)]) == 1
    assert f"kept.sqlite3: log {row}: edited" in capsys.readouterr().out
