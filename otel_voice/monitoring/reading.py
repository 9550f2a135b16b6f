"""Reads a file that people write: every value knows its place, and one that will not do is refused by it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from otel_voice.monitoring.errors import ValuesError

# As Prometheus writes them: 90s, 5m, 1h30m.
_DURATION: Final = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_SECONDS: Final = (604800, 86400, 3600, 60, 1)


@dataclass(frozen=True)
class Value:
    """Something that stands in a file, and where. Each method gives it as a type or raises ValuesError."""

    file: str
    path: str
    content: Any

    def refused(self, allowed: str) -> ValuesError:
        """The error to raise: file, place, what is there, what is allowed."""
        return ValuesError(f"{self.file}: {self.path or 'the file'} is {_shown(self.content)}: {allowed}")

    def mapping(self) -> dict[str, Value]:
        """Its entries by key; an empty place has none."""
        if self.content is None:
            return {}
        if not isinstance(self.content, Mapping) or not all(isinstance(key, str) for key in self.content):
            raise self.refused("names and values are allowed, as NAME: VALUE")
        return {key: self._below(f".{key}" if self.path else key, content) for key, content in self.content.items()}

    def known(self, keys: Iterable[str]) -> dict[str, Value]:
        """Its entries, all of which must be among the keys."""
        entries, allowed = self.mapping(), tuple(keys)
        for key, entry in entries.items():
            if key not in allowed:
                raise ValuesError(f"{self.file}: {entry.path} is unknown; allowed here: {', '.join(allowed)}")
        return entries

    def listed(self) -> Iterator[Value]:
        """The items of a list."""
        if not isinstance(self.content, list):
            raise self.refused("a list is allowed, as [ONE, TWO]")
        return (self._below(f"[{index}]", item) for index, item in enumerate(self.content))

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.content, str) or not self.content:
            raise self.refused("a text is allowed")
        return self.content

    def truth(self) -> bool:
        """True or false."""
        if not isinstance(self.content, bool):
            raise self.refused("true or false is allowed")
        return self.content

    def number(self, least: float = 0.0, most: float = math.inf) -> float:
        """A finite number from `least` to `most`."""
        content = self.content
        if isinstance(content, bool) or not isinstance(content, (int, float)) or not math.isfinite(content):
            raise self.refused("a number is allowed")
        if not least <= content <= most:
            limits = f"at least {least:g}" if most == math.inf else f"from {least:g} to {most:g}"
            raise self.refused(f"a number {limits} is allowed")
        return float(content)

    def duration(self, least: int = 0) -> str:
        """A duration in Prometheus' form, at least so many seconds long."""
        seconds = seconds_of(self.content) if isinstance(self.content, str) else None
        if seconds is None:
            raise self.refused("a duration is allowed, as 30s, 5m, 1h30m or 7d")
        if seconds < least:
            raise self.refused(f"a duration of at least {least}s is allowed")
        return str(self.content)

    def address(self) -> str:
        """An address of the web, without a slash at its end."""
        text = self.text()
        try:
            parts = urlsplit(text)
            valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            valid = False
        if not valid or any(character in text for character in " \"'{}<>"):
            raise self.refused("an address is allowed, as https://grafana.example.com")
        return text.rstrip("/")

    def _below(self, step: str, content: Any) -> Value:
        return Value(self.file, self.path + step, content)


def seconds_of(duration: str) -> int | None:
    """How long a duration in Prometheus' form is; None when it is none."""
    found = _DURATION.fullmatch(duration)
    if found is None or not duration:
        return None
    return sum(int(count or 0) * unit for count, unit in zip(found.groups(), _SECONDS, strict=True))


def read(text: str, file: str) -> Value:
    """What stands in the text of a YAML file; raises ValuesError."""
    import yaml

    try:
        return Value(file, "", yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise ValuesError(f"{file}{line}: this is no YAML: {getattr(error, 'problem', None) or error}") from error
    except (ValueError, RecursionError) as error:  # a date that is none; brackets without end
        raise ValuesError(f"{file}: this is no YAML: {error}") from error


def _shown(content: Any) -> str:
    text = "empty" if content is None else repr(content)
    return text if len(text) <= 60 else f"{text[:57]}..."
