"""What a report holds: figures of a period and of its parts, and the alerts that fired.

None is what is not known: nothing of it was told in the period, or the source could not be asked. It is never 0.
Amounts are in the units of the schema: seconds, characters, tokens, US dollars.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from otel_voice.reports.periods import Period

Counts = Mapping[str, float]
"""How often, by what it is told apart by; what did not happen is not in it."""


@dataclass(frozen=True)
class Spread:
    """Many measurements: how many, their sum, and the value that a share of them does not pass."""

    count: float
    sum: float
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None

    @property
    def mean(self) -> float | None:
        """None of nothing."""
        return self.sum / self.count if self.count else None


@dataclass(frozen=True)
class Calls:
    """Conversations, and how they went. Rates are shares of those that ended, 0 to 1."""

    started: float | None = None
    ended: float | None = None
    outcomes: Counts | None = None
    success_rate: float | None = None
    abandonment_rate: float | None = None
    abandoned_at: Counts | None = None
    """Where the dialogue stood last in the calls that were abandoned."""
    duration: Spread | None = None
    turns: Spread | None = None
    channels: Counts | None = None
    directions: Counts | None = None


@dataclass(frozen=True)
class Talk:
    """What the caller heard, and how long he waited for it."""

    response_latency: Spread | None = None
    stages: Mapping[str, Spread] | None = None
    time_to_first_word: Spread | None = None
    dead_air: Spread | None = None
    interruptions: Counts | None = None
    underruns: float | None = None
    fallbacks: float | None = None
    retries: float | None = None


@dataclass(frozen=True)
class Use:
    """What one provider was asked for."""

    provider: str
    operation: str
    requests: float
    errors: Counts
    duration: Spread
    time_to_first_chunk: Spread | None = None

    @property
    def failed(self) -> float:
        """Requests that failed."""
        return sum(self.errors.values())


@dataclass(frozen=True)
class Spent:
    """What was used, and what of it costs. `by_provider` is in US dollars."""

    input_tokens: float | None = None
    output_tokens: float | None = None
    heard: float | None = None
    spoken: float | None = None
    characters: float | None = None
    cost: float | None = None
    cost_per_call: float | None = None
    cost_of_calls: Spread | None = None
    cost_per_hour: float | None = None
    by_provider: Counts | None = None


@dataclass(frozen=True)
class Business:
    """What the calls were for."""

    appointments: Counts | None = None
    qualifications: Counts | None = None
    handoffs: Counts | None = None
    satisfaction: Spread | None = None
    sentiments: Counts | None = None
    languages: Counts | None = None


@dataclass(frozen=True)
class Team:
    """The cases of one team."""

    name: str
    cases: Counts
    first_response: Spread | None = None
    resolution: Spread | None = None
    handoffs: float | None = None
    satisfaction: Spread | None = None
    most_open: float | None = None
    """How many conversations one of its agents had open, when one had most."""


@dataclass(frozen=True)
class Queue:
    """One queue; `deepest` is how many waited when most did."""

    name: str
    deepest: float | None = None
    wait: Spread | None = None


@dataclass(frozen=True)
class Figures:
    """All numbers of one period."""

    period: Period
    calls: Calls = field(default_factory=Calls)
    talk: Talk = field(default_factory=Talk)
    providers: tuple[Use, ...] = ()
    spent: Spent = field(default_factory=Spent)
    business: Business = field(default_factory=Business)
    teams: tuple[Team, ...] = ()
    queues: tuple[Queue, ...] = ()


@dataclass(frozen=True)
class Alert:
    """Something that was wrong. `ended` is None while it is, and of what alert() told, which has no end."""

    name: str
    severity: str
    service: str
    started: datetime
    ended: datetime | None
    origin: str
    """`rule` where a rule found it, `program` where the program told it."""
    message: str = ""


@dataclass(frozen=True)
class Call:
    """One call that ended."""

    id: str
    service: str
    ended: datetime
    ended_ns: int
    outcome: str
    turns: int | None = None
    started: datetime | None = None
    duration: float | None = None
    channel: str | None = None
    direction: str | None = None
    cost: float | None = None


@dataclass(frozen=True)
class Report:
    """The figures of a period. `quantiles` is exact, or histogram: then they are as fine as its buckets."""

    source: str
    quantiles: str
    timezone: str
    service: str | None
    made: datetime
    total: Figures
    by: str | None = None
    parts: tuple[Figures, ...] = ()
    peak_hours: Counts | None = None
    """Calls that ended, by the hour of the day in which they did: 00 to 23."""
    alerts: tuple[Alert, ...] | None = None
    notes: tuple[str, ...] = ()
    """What is missing in the report, and why."""
