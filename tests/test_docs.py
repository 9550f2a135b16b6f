"""What the documents say can be done: commands exist, Python runs, settings are known, links lead somewhere.

A Python block runs when the line before it is `<!-- run -->`; every other one must at least compile.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from otel_voice.settings import VARIABLES
from tools.render_readme import BLOCKS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*.md")),
]
FENCE = re.compile(r"^(?P<mark><!-- run -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
SETTING = re.compile(r"\bOTEL_VOICE_[A-Z_]+\b")
SHELL = ("bash", "sh", "console", "shell")


@dataclass(frozen=True)
class Block:
    """One fenced block and where it begins."""

    document: Path
    line: int
    language: str
    text: str
    marked: bool

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks() -> Iterator[Block]:
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Block(document, line, found["language"], found["text"], bool(found["mark"]))


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every line of every shell block, split into words; comments, prompts and settings before it taken off."""
    for block in ALL:
        for line in block.text.replace("\\\n", " ").splitlines() if block.language in SHELL else ():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            while words and re.match(r"[A-Z_]+=", words[0]):
                words = words[1:]
            if words:
                yield str(block), words


ALL = list(blocks())
PYTHON = [block for block in ALL if block.language == "python"]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """A relative link in a document names a file that exists."""
    targets = LINK.findall(document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python_in_the_documents_compiles_and_runs_where_marked(block: Block) -> None:
    """What a reader copies works."""
    if block.marked:
        done = subprocess.run((sys.executable, "-c", block.text), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    else:
        compile(block.text, str(block), "exec")


def test_every_make_command_is_a_target() -> None:
    """`make VERB` in a document is a verb of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        word
        for _, words in commands()
        if words[0] == "make"
        for word in words[1:]
        if "=" not in word and word[0] != "-"
    }
    assert named <= targets


def test_every_command_of_the_command_line_exists() -> None:
    """`otel-voice COMMAND` in a document is one that answers --help."""
    named = {words[1] for _, words in commands() if words[0] == "otel-voice" and len(words) > 1}
    missing = [name for name in sorted(named) if not name.startswith("-") and not _answers(name)]
    assert missing == []


def test_every_setting_named_in_a_document_exists() -> None:
    """A document names no OTEL_VOICE_ variable that the program does not read."""
    known = {variable.name for variable in VARIABLES}
    named = {
        (str(document.relative_to(ROOT)), name)
        for document in DOCUMENTS
        for name in SETTING.findall(document.read_text(encoding="utf-8"))
    }
    assert {(document, name) for document, name in named if name not in known} == set()


def test_every_line_of_a_settings_block_is_a_setting() -> None:
    """A block of environment variables holds NAME=value lines and comments."""
    lines = [
        (str(block), line) for block in ALL if block.language in ("ini", "env") for line in block.text.splitlines()
    ]
    wrong = [(where, line) for where, line in lines if line and not re.match(r"#|\[|[A-Za-z_.]+ ?=", line)]
    assert wrong == []


@pytest.mark.parametrize("name", BLOCKS)
def test_the_readme_has_its_generated_tables(name: str) -> None:
    """The providers and the settings are told once, where a reader looks first."""
    assert f"<!-- generated: {name} -->\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def _answers(command: str) -> bool:
    arguments = (sys.executable, "-c", "import sys; from otel_voice.cli.main import main; sys.exit(main(sys.argv[1:]))")
    return subprocess.run((*arguments, command, "--help"), capture_output=True, check=False).returncode == 0
