"""The pages: a path, and what is answered there. Nothing here knows how a request comes in."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from otel_voice.health import builtin, loops, prometheus, system
from otel_voice.health.activity import ACTIVITY, Provider, quantile
from otel_voice.health.asked import FRESH, Asked, asked
from otel_voice.health.cached import Cached
from otel_voice.health.examination import Report, Result, Status, private
from otel_voice.settings import Settings

METHODS = ("GET", "HEAD")
JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """A response, with the headers beside the length of its body."""

    status: int
    body: bytes
    content_type: str = JSON
    allow: str = ""

    def headers(self) -> list[tuple[str, str]]:
        """Nobody on the way may keep an answer about health."""
        headers = [("Content-Type", self.content_type), ("Cache-Control", "no-store")]
        return [*headers, ("Allow", self.allow)] if self.allow else headers


class Pages:
    """The pages of one process."""

    def __init__(self, settings: Settings, checks: Asked) -> None:
        self._folder = settings.data_dir or Path()
        self._max_calls = settings.health_max_calls
        self._report = checks.report
        self._families = Cached(prometheus.measured, FRESH)
        self._text = Cached(self._written, FRESH)
        self._numbers = Cached(self._system, FRESH)
        self._everything = Cached(self._monitoring, FRESH)
        self._pages: dict[str, Callable[[], Future[Answer]]] = {
            "/health": lambda: _done(_ok({"status": Status.OK.value})),
            "/health/ready": lambda: _then(self._report(), _ready),
            "/health/detailed": lambda: _then(self._report(), _detailed),
            "/status": lambda: _then(self._report(), self._status),
            "/metrics": lambda: _then(self._text.get(), _prometheus),
            "/monitoring/metrics": lambda: _then(self._everything.get(), _ok),
            "/metrics/calls": lambda: _done(_ok(self._calls())),
            "/metrics/system": lambda: _then(self._numbers.get(), _ok),
        }

    @property
    def paths(self) -> Iterable[str]:
        """Where there is a page."""
        return self._pages

    def answer(self, method: str, path: str) -> Future[Answer]:
        """The answer, which may take as long as the slowest check may. Never raises, and neither does the future."""
        page = self._pages.get(path.partition("?")[0].rstrip("/"))
        if page is None:
            return _done(_json(404, {"error": "no such page", "pages": sorted(self._pages)}))
        if method not in METHODS:
            error = {"error": f"the method must be one of {', '.join(METHODS)}"}
            return _done(_json(405, error, allow=", ".join(METHODS)))
        try:
            return page()
        except Exception as error:  # noqa: BLE001 - whoever asks for health gets an answer
            return _done(_failed(error))

    def _status(self, report: Report) -> Answer:
        said: dict[str, Any] = {
            "status": report.status.value,
            "version": _version(),
            "process": os.getpid(),
            "uptime_seconds": system.uptime(),
            "calls_active": ACTIVITY.open_calls(),
            "failing": [result.name for result in report.results if not result.ok],
        }
        return _ok(said)

    def _written(self) -> str:
        return prometheus.text(self._report().result(), self._families.get().result())

    def _calls(self) -> dict[str, Any]:
        latencies, durations = tuple(ACTIVITY.latencies), tuple(ACTIVITY.durations)
        return {
            "active": ACTIVITY.open_calls(),
            "limit": self._max_calls,
            "ended": dict(ACTIVITY.ended),
            "turns": ACTIVITY.turns,
            "interrupted": ACTIVITY.interrupted,
            "duration_seconds": _spread(durations),
            "response_latency_seconds": _spread(latencies),
            "providers": {
                name: {
                    "operations": provider.operations,
                    "failed": provider.failed,
                    "last_error": _last_error(provider),
                }
                for name, provider in sorted(ACTIVITY.providers.items())
            },
        }

    def _system(self) -> dict[str, Any]:
        monitor = loops.monitor()
        lag = None if monitor is None else monitor.worst(builtin.LAG_WINDOW)
        return {
            "process": system.process(),
            "machine": system.machine(self._folder),
            "event_loop": {"lag_seconds": lag},
        }

    def _monitoring(self) -> dict[str, Any]:
        families, numbers = self._families.get().result(), self._numbers.get().result()
        return {"calls": self._calls(), "system": numbers, "metrics": [_family(each) for each in families]}


def _ready(report: Report) -> Answer:
    failing = [{"check": result.name, "detail": result.detail} for result in report.failing]
    said = {"status": report.status.value, "failing": failing}
    return _json(503 if failing else 200, said)


def _detailed(report: Report) -> Answer:
    said = {
        "status": report.status.value,
        "at": report.at,
        "checks": {result.name: _result(result) for result in report.results},
    }
    return _ok(said)


def _result(result: Result) -> dict[str, Any]:
    return {
        "ok": result.ok,
        "critical": result.critical,
        "detail": result.detail,
        "duration_seconds": round(result.seconds, 6),
    }


def _prometheus(text: str) -> Answer:
    return Answer(200, text.encode("utf-8"), prometheus.CONTENT_TYPE)


def _family(family: Any) -> dict[str, Any]:
    """A histogram's buckets are left to Prometheus."""
    samples = [
        {"name": sample.name, "labels": sample.labels, "value": sample.value}
        for sample in family.samples
        if "le" not in sample.labels
    ]
    return {"name": family.name, "type": family.type, "help": family.documentation, "samples": samples}


def _last_error(provider: Provider) -> str | None:
    last = next((error for _, error in reversed(tuple(provider.recent)) if error is not None), None)
    return None if last is None else private(last)


def _spread(values: tuple[float, ...]) -> dict[str, float | int | None]:
    """Of the newest 200."""
    return {
        "count": len(values),
        "median": quantile(values, 0.5),
        "p95": quantile(values, 0.95),
        "max": max(values, default=None),
    }


def _ok(said: Mapping[str, Any]) -> Answer:
    return _json(200, said)


def _json(status: int, said: Mapping[str, Any], allow: str = "") -> Answer:
    return Answer(status, json.dumps(_sayable(said), allow_nan=False, default=str).encode("utf-8"), allow=allow)


def _sayable(value: Any) -> Any:
    """JSON has no NaN and no infinity."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): _sayable(each) for name, each in value.items()}
    return [_sayable(each) for each in value] if isinstance(value, (list, tuple)) else value


def _failed(error: BaseException) -> Answer:
    return _json(500, {"error": f"the page could not be made: {type(error).__name__}"})


def _done(answer: Answer) -> Future[Answer]:
    future: Future[Answer] = Future()
    future.set_result(answer)
    return future


def _then(future: Future[Any], make: Callable[[Any], Answer]) -> Future[Answer]:
    """What `make` says of the future's result, when it is there."""
    made: Future[Answer] = Future()
    made.set_running_or_notify_cancel()

    def result_is_there(done: Future[Any]) -> None:
        try:
            made.set_result(make(done.result()))
        except Exception as error:  # noqa: BLE001 - whoever asks for health gets an answer
            made.set_result(_failed(error))

    future.add_done_callback(result_is_there)
    return made


@cache
def _version() -> str:
    try:
        return version("otel-voice")
    except PackageNotFoundError:
        return "0"


@cache
def pages() -> Pages:
    """Those of this process."""
    return Pages(Settings.from_env(), asked())
