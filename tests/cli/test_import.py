"""`import`: a document of a provider becomes a conversation of the store, or goes to a Collector."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from otel_voice.cli.main import main
from otel_voice.local.receiver import Receiver
from otel_voice.local.rows import Batch
from tests.imports import documents


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "conversation.json"
    path.write_text(json.dumps(documents.fetched()))
    return path


def test_an_imported_conversation_is_shown(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the store like any other, and once, however often it is imported."""
    store = str(tmp_path / "store.sqlite3")
    assert main(["import", str(file), str(file), "--store", store]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{documents.ID}  3 turns  7 operations"] * 2
    assert main(["list", "--store", store]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert documents.ID in line and "3 turns" in line and "elevenlabs-convai" in line
    assert main(["show", "--store", store]) == 0
    assert "find_table" in capsys.readouterr().out


def test_an_imported_conversation_goes_to_a_collector(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--endpoint` sends it there, and the store stays as it is."""
    batches: list[Batch] = []
    with Receiver(batches.append, 0, 0) as receiver:
        assert main(["import", str(file), "--endpoint", receiver.endpoint]) == 0
    assert sum(len(list(batch.rows())) for batch in batches) > 10


@pytest.mark.parametrize(
    ("text", "told"),
    [("{", "document: no JSON"), ("{}", "document: it has neither"), (None, "cannot read")],
)
def test_a_file_that_cannot_be_imported(
    text: str | None, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2, and a line that names the file and what is wrong with it."""
    path = tmp_path / "wrong.json"
    if text is not None:
        path.write_text(text)
    assert main(["import", str(path), "--store", str(tmp_path / "store.sqlite3")]) == 2
    found = capsys.readouterr().err
    assert told in found and str(path) in found
