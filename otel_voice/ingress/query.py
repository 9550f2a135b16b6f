"""The ids and the trace of a caller who cannot send headers: a browser names them in the URL of its websocket.

Whoever writes a link writes the query, so that it is believed no further than a header: the same rules decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from otel_voice.ingress.serving import Headers

NAMES = frozenset({"traceparent", "x-conversation-id", "x-correlation-id"})
"""Parameters have the names of the headers that they stand for, in lower case."""
MOST_CHARACTERS = 8192
MOST_PARAMETERS = 64


def beside(headers: Headers, query: str) -> Headers:
    """The headers, and what the query says for those that were not sent."""
    said = _said(query)
    if not said:
        return headers

    def values(name: str) -> Sequence[str]:
        return headers(name) or said.get(name, ())

    return values


def of_path(path: str) -> str:
    """The query of a request's target."""
    return path.partition("?")[2]


def _said(query: str) -> Mapping[str, Sequence[str]]:
    """All values of each of our parameters; nothing of a query that is longer than a URL should be."""
    if len(query) > MOST_CHARACTERS or not any(name in query for name in NAMES):
        return {}
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:  # more parameters than that
        return {}
    for name, value in pairs:
        if name in NAMES:
            found.setdefault(name, []).append(value)
    return found
