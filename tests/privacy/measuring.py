"""Precision and recall of the redaction, kind by kind.

python -m tests.privacy.measuring             the table of docs/privacy.md
python -m tests.privacy.measuring --misses    what was missed, and what was taken for private and is not
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from otel_voice.privacy.national import NAMES
from otel_voice.privacy.policy import Policy
from otel_voice.privacy.redactor import Redactor
from tests.privacy.drawn import Row, secrets

CORPUS = Path(__file__).with_name("corpus.tsv")

MASK = re.compile(r"\[(secret|phone|email|card|national_id)\]")


@dataclass
class Measured:
    """Of one kind: what was there, what of it was removed, and what else was taken for it."""

    there: int = 0
    missed: list[Row] = field(default_factory=list)
    mistaken: list[Row] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return 1 - len(self.missed) / self.there

    @property
    def precision(self) -> float:
        removed = self.there - len(self.missed)
        return removed / (removed + len(self.mistaken))


def rows() -> Iterator[Row]:
    for line in CORPUS.read_text(encoding="utf-8").splitlines()[1:]:
        kind, group, private, text = line.split("\t")
        yield kind, group, private, text
    yield from secrets()


def measured() -> dict[tuple[str, str], Measured]:
    """By kind and group. The group of what is mistaken is that of the look-alike."""
    redactor = Redactor(Policy(national_ids=frozenset(NAMES)))
    found: dict[tuple[str, str], Measured] = defaultdict(Measured)
    for row in rows():
        kind, group, private, text = row
        redacted = redactor.text(text)
        if kind != "none":
            found[kind, group].there += 1
            if is_left(private, redacted):
                found[kind, group].missed.append(row)
        for mask in MASK.findall(redacted):
            if mask != kind:
                found[mask, group].mistaken.append(row)
    return found


def is_left(private: str, redacted: str) -> bool:
    """Whether four characters or more of it can still be read."""
    pieces = [piece for piece in re.split(r"[^\w]+", private) if len(piece) > 1]
    return private in redacted or sum(len(piece) for piece in pieces if piece in redacted) >= 4


def by_kind() -> dict[str, Measured]:
    """The groups of each kind taken together."""
    total: dict[str, Measured] = defaultdict(Measured)
    for (kind, _), part in measured().items():
        total[kind].there += part.there
        total[kind].missed += part.missed
        total[kind].mistaken += part.mistaken
    return total


def table() -> Iterator[str]:
    """The table of docs/privacy.md."""
    yield "| kind | in the corpus | recall | precision |"
    yield "|---|---|---|---|"
    for kind, part in sorted(by_kind().items()):
        yield f"| {kind} | {part.there} | {part.recall:.1%} | {part.precision:.1%} |"


def misses() -> Iterator[str]:
    """Each row that went wrong."""
    for (kind, group), part in sorted(measured().items()):
        yield f"{kind}, {group}: {len(part.missed)} of {part.there} missed, {len(part.mistaken)} mistaken"
        yield from (f"    {row[0]}: {row[3]}" for row in (*part.missed, *part.mistaken))


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in (misses() if sys.argv[1:] == ["--misses"] else table()))
