"""The figures of a period as lines: what every format but JSON shows, in one order and under one name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from otel_voice.reports.model import Figures, Queue, Spread, Team, Use

SECONDS, TOKENS, CHARACTERS, DOLLARS, SHARE, POINTS, NUMBER = "s", "token", "character", "USD", "1", "point", ""


@dataclass(frozen=True)
class Line:
    """One figure; `of` says of what, where there are several. A value of None is not known."""

    section: str
    figure: str
    of: str
    value: float | Spread | None
    unit: str


def lines(figures: Figures) -> Iterator[Line]:
    """All of a period. What there is only where it happened (providers, teams, queues) may be none."""
    yield from _calls(figures)
    yield from _talk(figures)
    for use in figures.providers:
        yield from _use(use)
    yield from _spent(figures)
    yield from _business(figures)
    for team in figures.teams:
        yield from _team(team)
    for queue in figures.queues:
        yield from _queue(queue)


def _calls(figures: Figures) -> Iterator[Line]:
    calls = figures.calls
    yield Line("calls", "started", "", calls.started, NUMBER)
    yield Line("calls", "ended", "", calls.ended, NUMBER)
    yield from _each("calls", "outcome", calls.outcomes, NUMBER)
    yield Line("calls", "success_rate", "", calls.success_rate, SHARE)
    yield Line("calls", "abandonment_rate", "", calls.abandonment_rate, SHARE)
    yield from _each("calls", "abandoned_at", calls.abandoned_at, NUMBER)
    yield Line("calls", "duration", "", calls.duration, SECONDS)
    yield Line("calls", "turns", "", calls.turns, NUMBER)
    yield from _each("calls", "channel", calls.channels, NUMBER)
    yield from _each("calls", "direction", calls.directions, NUMBER)


def _talk(figures: Figures) -> Iterator[Line]:
    talk = figures.talk
    yield Line("talk", "response_latency", "", talk.response_latency, SECONDS)
    yield from _each("talk", "stage", talk.stages, SECONDS)
    yield Line("talk", "time_to_first_word", "", talk.time_to_first_word, SECONDS)
    yield Line("talk", "dead_air", "", talk.dead_air, SECONDS)
    yield from _each("talk", "interruptions", talk.interruptions, NUMBER)
    yield Line("talk", "underruns", "", talk.underruns, NUMBER)
    yield Line("talk", "fallbacks", "", talk.fallbacks, NUMBER)
    yield Line("talk", "retries", "", talk.retries, NUMBER)


def _use(use: Use) -> Iterator[Line]:
    of = f"{use.provider} {use.operation}"
    yield Line("providers", "requests", of, use.requests, NUMBER)
    yield Line("providers", "failed", of, use.failed, NUMBER)
    for error, count in use.errors.items():
        yield Line("providers", "errors", f"{of} {error}", count, NUMBER)
    yield Line("providers", "duration", of, use.duration, SECONDS)
    yield Line("providers", "time_to_first_chunk", of, use.time_to_first_chunk, SECONDS)


def _spent(figures: Figures) -> Iterator[Line]:
    spent = figures.spent
    yield Line("spent", "input_tokens", "", spent.input_tokens, TOKENS)
    yield Line("spent", "output_tokens", "", spent.output_tokens, TOKENS)
    yield Line("spent", "heard", "", spent.heard, SECONDS)
    yield Line("spent", "spoken", "", spent.spoken, SECONDS)
    yield Line("spent", "characters", "", spent.characters, CHARACTERS)
    yield Line("spent", "cost", "", spent.cost, DOLLARS)
    yield from _each("spent", "cost_of", spent.by_provider, DOLLARS)
    yield Line("spent", "cost_per_call", "", spent.cost_per_call, DOLLARS)
    yield Line("spent", "cost_of_calls", "", spent.cost_of_calls, DOLLARS)
    yield Line("spent", "cost_per_hour", "", spent.cost_per_hour, DOLLARS)


def _business(figures: Figures) -> Iterator[Line]:
    business = figures.business
    yield from _each("business", "appointments", business.appointments, NUMBER)
    yield from _each("business", "qualifications", business.qualifications, NUMBER)
    yield from _each("business", "handoffs", business.handoffs, NUMBER)
    yield Line("business", "satisfaction", "", business.satisfaction, POINTS)
    yield from _each("business", "sentiments", business.sentiments, NUMBER)
    yield from _each("business", "languages", business.languages, NUMBER)


def _team(team: Team) -> Iterator[Line]:
    for status, count in team.cases.items():
        yield Line("teams", "cases", f"{team.name} {status}", count, NUMBER)
    yield Line("teams", "first_response", team.name, team.first_response, SECONDS)
    yield Line("teams", "resolution", team.name, team.resolution, SECONDS)
    yield Line("teams", "handoffs", team.name, team.handoffs, NUMBER)
    yield Line("teams", "satisfaction", team.name, team.satisfaction, POINTS)
    yield Line("teams", "most_open", team.name, team.most_open, NUMBER)


def _queue(queue: Queue) -> Iterator[Line]:
    yield Line("queues", "deepest", queue.name, queue.deepest, NUMBER)
    yield Line("queues", "wait", queue.name, queue.wait, SECONDS)


def _each(section: str, figure: str, found: Mapping[str, float | Spread] | None, unit: str) -> Iterator[Line]:
    """One line for each; one without a value where there is none."""
    if not found:
        yield Line(section, figure, "", None, unit)
    for of, value in (found or {}).items():
        yield Line(section, figure, of, value, unit)
