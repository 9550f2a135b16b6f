"""What of a text is quoted from others: a provider that refuses a request may repeat what people said in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

QUOTED = "[content]"
RUN = 4
"""So many words in a row that somebody said are no accident."""
READ = 65_536
"""Characters of a request that are compared; whether a longer one is quoted is not known."""
_DEPTH, _ITEMS = 8, 4096

_WORD = re.compile(r"\w+")
_ESCAPES = re.compile(r"\\[nrt]")
_MARKS = "'\"`\u201c\u201d\u2018\u2019\u00ab\u00bb"
_PIECE = re.compile(f"(?<=[{_MARKS}])[^{_MARKS}]+(?=[{_MARKS}])")
_SHORTEST = 4
"""Characters of a word that is looked for alone."""
# A word alone is also what the error is made of, when its message is a document.
_OF_ERRORS = frozenset(
    (
        *("error", "errors", "message", "type", "code", "param", "status", "detail", "details", "reason", "request"),
        *("request_id", "invalid_request_error", "body", "none", "null", "true", "false", "name", "object", "data"),
    )
)
# Under these names also a single word is what somebody said; under any other it is a parameter.
_CONTENT = frozenset(
    (
        *(
            "content",
            "contents",
            "text",
            "texts",
            "input",
            "inputs",
            "prompt",
            "transcript",
            "transcription",
            "message",
        ),
        *("instructions", "system", "query", "arguments", "output", "parts", "utterance", "ssml", ""),
    )
)


class TooLongError(ValueError):
    """The request is too long to be compared."""


class Said:
    """What people said in a request. Raises TooLongError beyond READ characters in all."""

    def __init__(self, asked: object) -> None:
        self._runs: set[tuple[str, ...]] = set()
        self._short: set[tuple[str, ...]] = set()
        texts = []
        left = READ
        for text in texts_in(asked):
            left -= len(text)
            if left < 0:
                raise TooLongError
            words = _words(text)
            texts.append(" ".join(words))
            self._runs.update(zip(*(words[place:] for place in range(RUN)), strict=False))
            if _is_short(words):
                self._short.add(tuple(words))
        self._whole = "\n".join(texts)

    def out_of(self, message: str) -> str:
        """The message with QUOTED in the place of what is quoted: in quotation marks, or in RUN words and more."""
        if not self._whole:
            return message
        message = _ESCAPES.sub("  ", message)
        return self._without_runs(_PIECE.sub(self._piece, message))

    def _piece(self, match: re.Match[str]) -> str:
        words = _words(match.group())
        said = " ".join(words)
        if len(said) < _SHORTEST or (len(words) == 1 and said in _OF_ERRORS):
            return match.group()
        return QUOTED if said in self._whole else match.group()

    def _without_runs(self, message: str) -> str:
        found = list(_WORD.finditer(message))
        words = [match.group().casefold() for match in found]
        told: list[str] = []
        end = place = 0
        while place < len(words):
            stop = self._run_from(words, place)
            if stop == place:
                place += 1
                continue
            told += (message[end : found[place].start()], QUOTED)
            end, place = found[stop - 1].end(), stop
        return "".join((*told, message[end:])) if told else message

    def _run_from(self, words: list[str], first: int) -> int:
        """Where the run that begins here ends; here, where none does."""
        last = first
        while last + RUN <= len(words) and tuple(words[last : last + RUN]) in self._runs:
            last += 1
        if last > first:
            return last + RUN - 1
        if not self._short:
            return first
        longest = min(RUN - 1, len(words) - first)
        short = (size for size in range(longest, 0, -1) if tuple(words[first : first + size]) in self._short)
        return first + next(short, 0)


def texts_in(asked: object) -> Iterator[str]:
    """Every text in the arguments of a call that somebody may have said, of any nesting; parameters are none."""
    yield from _texts(asked, "", _DEPTH, [_ITEMS])


def _texts(value: Any, name: str, depth: int, left: list[int]) -> Iterator[str]:
    if value is None or isinstance(value, (bool, int, float)):
        return
    left[0] -= 1
    if left[0] < 0:
        raise TooLongError
    if isinstance(value, str):
        if name in _CONTENT or " " in value.strip():
            yield value
    elif isinstance(value, (bytes, bytearray)):
        if value[:1] in (b"{", b"["):  # a body that the program wrote itself; sound is none
            yield value[: READ + 1].decode("utf-8", "replace")
    elif depth:
        for inner, item in _items(value, name):
            yield from _texts(item, inner, depth - 1, left)


def _items(value: Any, name: str) -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return [(str(key), item) for key, item in value.items()]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [(name, item) for item in value]
    if is_dataclass(value) or hasattr(type(value), "model_fields"):
        return list(getattr(value, "__dict__", {}).items())
    return ()  # a client, a callback, an iterator that is the SDK's to read


def _words(text: str) -> list[str]:
    return [match.group().casefold() for match in _WORD.finditer(_ESCAPES.sub("  ", text))]


def _is_short(words: list[str]) -> bool:
    """Whether fewer than RUN words are all that was said, and enough to be looked for."""
    return 1 < len(words) < RUN or (len(words) == 1 and len(words[0]) >= _SHORTEST and words[0] not in _OF_ERRORS)
