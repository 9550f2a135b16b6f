"""A table of HTML: with a caption, heads that say what they are the head of, and every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def of_numbers(caption: str, head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """The first column names what the others are the numbers of."""
    return _table(caption, head, rows, ' class="number"')


def of_texts(caption: str, head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """The first column names what the others tell of."""
    return _table(caption, head, rows, "")


def _table(caption: str, head: Sequence[str], rows: Iterable[Iterable[str]], kind: str) -> str:
    first, *others = head
    heads = f'<th scope="col">{escape(first)}</th>' + "".join(_head(each, kind) for each in others)
    body = "\n".join(_row(row, kind) for row in rows)
    return (
        f"<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )


def _head(text: str, kind: str) -> str:
    return f'<th scope="col"{kind}>{escape(text)}</th>'


def _row(cells: Iterable[str], kind: str) -> str:
    first, *others = cells
    said = "".join(f"<td{kind}>{escape(cell)}</td>" for cell in others)
    return f'<tr><th scope="row">{escape(first)}</th>{said}</tr>'
