"""`otel-voice audit verify` on a spool, a Loki export and the embedded store."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from otel_voice.audit_trail.chain import read
from otel_voice.cli.main import main
from tests.audit.records import STREAM, chain


@dataclass(frozen=True)
class Ran:
    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Ran]

AGENT = """
import otel_voice
with otel_voice.conversation("call-7"):
    for number in range(1, 6): otel_voice.audit("data.access", actor=f"u-{number}", subject="r-9")
"""


def answer(lines: list[str], **more: str) -> str:
    """As /loki/api/v1/query_range answers: the newest first, structured metadata among the labels."""
    streams = [
        {
            "stream": {"service_name": "agent", "voice_log_category": "audit", "voice_audit_hash": read(line).hash}
            | more,
            "values": [[str(1_700_000_000_000_000_000 + number), line]],
        }
        for number, line in enumerate(lines)
    ]
    return json.dumps({"status": "success", "data": {"resultType": "streams", "result": streams[::-1], "stats": {}}})


def logcli(lines: list[str]) -> str:
    """As `logcli query --output=jsonl` prints."""
    return "".join(
        json.dumps({"labels": {"voice_audit_sequence": str(read(line).sequence)}, "line": line, "timestamp": "x"})
        + "\n"
        for line in reversed(lines)
    )


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """verify(*arguments, input=""): the command in this process."""

    def verify(*arguments: str, input: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(input.encode())))
        status = main(["audit", "verify", *arguments])
        return Ran(status, *capsys.readouterr())

    return verify


@pytest.fixture
def spool_file(tmp_path: Path) -> Path:
    path = tmp_path / f"{STREAM}-{1:012d}.jsonl"
    path.write_text("".join(f"{line}\n" for line in chain(5)))
    return path


def test_a_whole_spool(verify: Command, spool_file: Path) -> None:
    """Each chain is one line; the status is 0. A file, its directory and standard input are the same."""
    expected = f"stream {STREAM} (audit): 5 records, 1 to 5\nevery chain is whole\n"
    for path in (spool_file, spool_file.parent):
        ran = verify(str(path))
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, expected, "")
    assert verify("-", input=spool_file.read_text()).stdout == expected


def test_the_place_of_what_was_done(verify: Command, spool_file: Path) -> None:
    """File and line are named, and the status is 1."""
    lines = spool_file.read_text().splitlines()
    spool_file.write_text("\n".join([lines[0], lines[2].replace("u-3", "u-9"), *lines[3:]]) + "\n")
    ran = verify(str(spool_file))
    assert ran.returncode == 1
    assert f"{spool_file.name}:2: edited: record 3 of" in ran.stdout
    assert f"{spool_file.name}:2: removed: record 2 of" in ran.stdout
    assert ran.stdout.endswith("2 findings\n")


@pytest.mark.parametrize("export", [answer, logcli])
def test_a_loki_export(export: Callable[[list[str]], str], verify: Command, tmp_path: Path) -> None:
    """Both ways out of Loki are read, from a file and from standard input; what is missing is found."""
    path = tmp_path / "loki.json"
    path.write_text(export(chain(5)))
    whole = verify("--loki", str(path))
    assert (whole.returncode, whole.stderr) == (0, "") and "5 records, 1 to 5" in whole.stdout
    lines = chain(5)
    missing = verify("--loki", "-", input=export(lines[:2] + lines[3:]))
    assert missing.returncode == 1 and "removed: record 3" in missing.stdout
    assert "standard input" in missing.stdout


def test_labels_that_say_something_else(verify: Command) -> None:
    """What stands beside a line in Loki must be what the line says."""
    ran = verify("--loki", "-", input=answer(chain(2), voice_audit_previous_hash="0" * 63))
    assert ran.returncode == 1 and "voice.audit.previous_hash beside it is" in ran.stdout


def test_the_embedded_store(
    otel_voice: Callable[..., subprocess.CompletedProcess[str]],
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    """What `otel-voice run` kept is verified; a row that is taken out of the database is missed."""
    (tmp_path / "agent.py").write_text(AGENT)
    environment["OTEL_VOICE_EXIT_TIMEOUT"] = "60"
    store = tmp_path / "kept.sqlite3"
    ran = otel_voice("run", "--store", str(store), "--", sys.executable, str(tmp_path / "agent.py"))
    assert ran.returncode == 0, ran.stderr
    assert "voice.audit.data.access by u-3 (r-9)" in ran.stderr
    whole = otel_voice("audit", "verify", "--store", str(store))
    assert (whole.returncode, whole.stderr) == (0, "") and "5 records, 1 to 5" in whole.stdout
    assert otel_voice("audit", "verify").stdout == whole.stdout
    with sqlite3.connect(store) as connection:
        connection.execute("DELETE FROM log WHERE instr(raw, ?)", (b'"actor":"u-3"',))
    missing = otel_voice("audit", "verify", "--store", str(store))
    assert missing.returncode == 1 and "kept.sqlite3: log " in missing.stdout and "removed: record 3" in missing.stdout


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (("/nowhere/spool",), "", "cannot read /nowhere/spool"),
        (("-",), "", "no audit records in it"),
        (("spool", "--loki", "-"), "", "one thing is verified at a time"),
        (("--loki", "-"), "", "standard input is empty"),
        (("--loki", "-"), "{", "standard input:1 is no JSON"),
        (("--loki", "-"), '{"status":"success","data":{"resultType":"matrix","result":[]}}', "holds no log streams"),
        (("--loki", "-"), '{"status":"success","data":{"resultType":"streams","result":[]}}', "has no log lines"),
        (("--loki", "-"), '{"data":{"result":[7]}}', "stream 0 has no labels and values"),
        (("--loki", "-"), '{"data":{"result":[{"stream":{},"values":[[1]]}]}}', "entry 0 is not a time stamp and"),
        (("--loki", "-"), '{"line":7}\n', "standard input:1 has no `line`"),
        (("--loki", "-"), "7", "standard input:1 has no `line`"),
        (("--store", "/nowhere/store"), "", "there is no store at /nowhere/store"),
    ],
)
def test_what_cannot_be_read(
    arguments: tuple[str, ...],
    given: str,
    said: str,
    verify: Command,
) -> None:
    """One line says what is wrong, and the status is 2."""
    ran = verify(*arguments, input=given)
    assert ran.returncode == 2
    assert ran.stderr.startswith("otel-voice: ") and said in ran.stderr and ran.stderr.count("\n") == 1


def test_log_lines_of_others_are_findings(verify: Command) -> None:
    """A line that is no audit record, in a chain's export, is one that somebody wrote."""
    ran = verify("--loki", "-", input='{"line":"hello\\u001b[31m","labels":{}}\n')
    assert ran.returncode == 1 and "edited: the line is no audit record" in ran.stdout
