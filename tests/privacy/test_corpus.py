"""How much of what is private is found, and how much that is not is left alone, on a corpus that others made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.privacy.measuring import Measured, by_kind, measured, table

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"

# The least that must hold, kind by kind: recall, precision.
BOUNDS = {
    "secret": (0.995, 0.99),
    "email": (0.995, 0.99),
    "card": (0.995, 0.99),
    "national_id": (0.99, 0.97),
    "phone": (0.90, 0.99),
}
# A telephone number with its country code is always one; without it and without a name it may be any number.
PHONES = {
    "E.164": 0.995,
    "international": 0.995,
    "RFC 3966": 0.995,
    "as people write them": 0.95,
    "national, named": 0.92,
    "national, alone": 0.60,
}


@pytest.fixture(scope="module")
def kinds() -> dict[str, Measured]:
    return by_kind()


@pytest.mark.parametrize("kind", BOUNDS)
def test_recall_and_precision_stay_above_their_bounds(kind: str, kinds: dict[str, Measured]) -> None:
    """Several hundred of each kind, and well over a thousand look-alikes; a miss is told with its text."""
    recall, precision = BOUNDS[kind]
    part = kinds[kind]
    assert part.there >= 400
    assert part.recall >= recall, part.missed[:20]
    assert part.precision >= precision, part.mistaken[:20]


@pytest.mark.parametrize("group", PHONES)
def test_a_telephone_number_is_found_by_how_it_is_written(group: str) -> None:
    """Each way to write the numbers of every country."""
    part = measured()["phone", group]
    assert part.recall >= PHONES[group], part.missed[:20]


def test_the_document_tells_what_is_measured() -> None:
    """The numbers of docs/privacy.md are those of this code."""
    assert "\n".join(table()) in DOCUMENT.read_text(encoding="utf-8")
