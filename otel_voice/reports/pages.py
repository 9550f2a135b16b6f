"""Reports as JSON endpoints: an address, and what is answered there. Nothing here knows how a request comes in."""

from __future__ import annotations

import json
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from otel_voice.health.cached import Cached
from otel_voice.health.pages import METHODS, Answer
from otel_voice.reports import as_json, asking, opening
from otel_voice.reports.asking import Asking
from otel_voice.reports.errors import BadQuestionError, UnavailableError
from otel_voice.reports.making import Question
from otel_voice.reports.opening import Archive

_log = logging.getLogger(__name__)

FRESH: Final = 10.0
"""Seconds for which one report serves everybody who asks for the same."""
AT_ONCE: Final = 4
"""Reports that are made at the same time; who asks for one more is told to come again."""
PAGE, LONGEST_PAGE = 100, 500
"""Calls of one answer."""

_KEPT: Final = 32
_DAILY: Final = "/metrics/daily/"
_LONGEST_QUERY: Final = 2000
_PERIOD: Final = ("since", "until", "timezone", "service")

Make = Callable[[], Answer]


class ReportPages:
    """The endpoints of one archive."""

    def __init__(self, archive: Archive, zone: str = asking.UTC) -> None:
        self._archive = archive
        self._zone = zone
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, Cached[Answer]] = OrderedDict()
        self._pages: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, str]], Answer]]] = {
            "/analytics/metrics": ((*_PERIOD, "by"), self._report),
            "/metrics/range": ((*_PERIOD, "by"), self._report),
            "/calls": ((*_PERIOD, "limit", "before"), self._calls),
            "/alerts": (_PERIOD, self._alerts),
        }

    def answer(self, method: str, path: str) -> Future[Answer]:
        """The answer of an endpoint. Never raises, and neither does the future."""
        if method not in METHODS:
            return _done(_json(405, {"error": f"the method must be one of {', '.join(METHODS)}"}, ", ".join(METHODS)))
        try:
            key, make = self._page(path)
        except LookupError:
            known = sorted([*self._pages, f"{_DAILY}{{date}}"])
            return _done(_json(404, {"error": "no such page", "pages": known}))
        except BadQuestionError as error:
            return _done(_json(400, {"error": str(error)}))
        return self._made(key, make)

    def _page(self, target: str) -> tuple[object, Make]:
        path, _, query = target.partition("?")
        path = path.rstrip("/")
        if path.startswith(_DAILY):
            day, given = unquote(path.removeprefix(_DAILY)), _parameters(query, ("timezone", "service", "by"))
            return (path, *sorted(given.items())), lambda: self._daily(day, given)
        allowed, page = self._pages[path]
        given = _parameters(query, allowed)
        return (path, *sorted(given.items())), lambda: page(given)

    def _made(self, key: object, make: Make) -> Future[Answer]:
        with self._lock:
            cached = self._kept.setdefault(key, Cached(lambda: self._when_there_is_room(key, make), FRESH))
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return cached.get()

    def _when_there_is_room(self, key: object, make: Make) -> Answer:
        if not self._room.acquire(blocking=False):
            with self._lock:
                self._kept.pop(key, None)
            return _json(503, {"error": f"{AT_ONCE} reports are being made already: ask again in some seconds"})
        try:
            return _told(make)
        finally:
            self._room.release()

    def _report(self, given: Mapping[str, str]) -> Answer:
        return self._of(self._asking(given).question(asking.now()))

    def _daily(self, day: str, given: Mapping[str, str]) -> Answer:
        return self._of(self._asking(given).question_of_day(day))

    def _of(self, question: Question) -> Answer:
        made = opening.report(self._archive, question, asking.now().astimezone(question.period.since.tzinfo))
        return _json(200, as_json.document(made))

    def _calls(self, given: Mapping[str, str]) -> Answer:
        question = self._asking(given).question(asking.now())
        limit = _whole("limit", given.get("limit", str(PAGE)), 1, LONGEST_PAGE)
        before = _whole("before", given.get("before", str(question.period.until_ns)), 0, 2**63 - 1)
        found = opening.calls(self._archive, question, before, limit)
        told = [{name: value for name, value in as_json.tree(call).items() if name != "ended_ns"} for call in found]
        following = str(found[-1].ended_ns) if len(found) == limit else None
        return _json(200, {"format": as_json.FORMAT, "calls": told, "next": following})

    def _alerts(self, given: Mapping[str, str]) -> Answer:
        found, notes = opening.alerts(self._archive, self._asking(given).question(asking.now()))
        return _json(200, {"format": as_json.FORMAT, "alerts": as_json.tree(found), "notes": notes})

    def _asking(self, given: Mapping[str, str]) -> Asking:
        names = ("since", "until", "by", "timezone", "service")
        return Asking(**{"timezone": self._zone, **{name: given[name] for name in names if name in given}})


def _told(make: Make) -> Answer:
    try:
        return make()
    except BadQuestionError as error:
        return _json(400, {"error": str(error)})
    except UnavailableError as error:
        return _json(503, {"error": str(error)})
    except Exception as error:  # noqa: BLE001 - whoever asks gets an answer, and whoever runs this the reason
        _log.exception("otel_voice: a report could not be made")
        return _json(500, {"error": f"the report could not be made: {type(error).__name__}"})


def _parameters(query: str, allowed: tuple[str, ...]) -> dict[str, str]:
    if len(query) > _LONGEST_QUERY:
        raise BadQuestionError(f"the query is longer than {_LONGEST_QUERY} characters")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=20)
    except ValueError as error:
        raise BadQuestionError(f"the query cannot be read: {error}") from error
    for name, value in pairs:
        if name not in allowed:
            raise BadQuestionError(f"there is no parameter {name!r}: give {', '.join(allowed)}")
        if not value:
            raise BadQuestionError(f"{name} is empty: give a value, or leave it out")
    if len(dict(pairs)) < len(pairs):
        raise BadQuestionError("a parameter is given twice")
    return dict(pairs)


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise BadQuestionError(f"{name} {text!r} must be a whole number from {least} to {most}")
    return int(text)


def _json(status: int, said: Mapping[str, Any], allow: str = "") -> Answer:
    return Answer(status, json.dumps(said, allow_nan=False, ensure_ascii=False).encode("utf-8"), allow=allow)


def _done(answer: Answer) -> Future[Answer]:
    future: Future[Answer] = Future()
    future.set_result(answer)
    return future
