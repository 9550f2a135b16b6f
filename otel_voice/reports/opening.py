"""Where a report is from: the embedded store, or the stack's Prometheus and Loki."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from otel_voice.reports import making
from otel_voice.reports.backend import Backend
from otel_voice.reports.errors import BadQuestionError
from otel_voice.reports.making import Question
from otel_voice.reports.model import Alert, Call, Report
from otel_voice.reports.periods import Period
from otel_voice.reports.prometheus_source import PrometheusSource
from otel_voice.reports.source import Source
from otel_voice.reports.store_source import StoreSource


class Archive(Protocol):
    """Opened for each report anew: what it tells may have grown."""

    def open(self, period: Period, service: str | None) -> Source:
        """The source of a period. Raises UnavailableError."""
        ...


@dataclass(frozen=True)
class StoreArchive:
    """The embedded store."""

    path: Path

    def open(self, period: Period, service: str | None) -> Source:
        """Reads all of the period."""
        return StoreSource(self.path, period, service)


@dataclass(frozen=True)
class StackArchive:
    """Prometheus and Loki. Without Loki what only events tell is missing."""

    prometheus: str
    loki: str | None = None

    def open(self, period: Period, service: str | None) -> Source:
        """Asks whether both answer."""
        source = PrometheusSource(self.prometheus, self.loki, service)
        source.check()
        return source


def report(archive: Archive, question: Question, made: datetime) -> Report:
    """The report. Raises ReportError."""
    return making.report(archive.open(question.period, question.service), question, made)


def calls(archive: Archive, question: Question, before_ns: int, limit: int) -> list[Call]:
    """The calls that ended in the period and before a moment, the newest first. Raises ReportError."""
    return archive.open(question.period, question.service).calls(question.period, before_ns, limit)


def alerts(archive: Archive, question: Question) -> tuple[list[Alert], list[str]]:
    """What was wrong, and what is missing of it. Raises ReportError."""
    source = archive.open(question.period, question.service)
    return source.alerts(question.period), source.gaps(question.period)


def archive(store: Path | None, prometheus: str | None, loki: str | None) -> Archive:
    """The one that is named. Raises BadQuestionError when that is none, or two."""
    if store is not None and (prometheus or loki):
        raise BadQuestionError("a report is from the store or from the stack: name one of them")
    if store is not None:
        return StoreArchive(store)
    if prometheus is None:
        missing = "Loki alone tells too little: name Prometheus, too" if loki else "name a store, or Prometheus"
        raise BadQuestionError(missing)
    for name, url in (("Prometheus", prometheus), ("Loki", loki)):
        if url is not None:
            Backend(name, url)
    return StackArchive(prometheus, loki)
