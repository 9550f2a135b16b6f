"""From the words of a question to the question: of a command line's options, or of an address's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo

from otel_voice.reports import periods
from otel_voice.reports.making import Question
from otel_voice.reports.periods import Period

SINCE, UNTIL, UTC = "24h", "now", "UTC"


@dataclass(frozen=True)
class Asking:
    """What a person wrote. `prefix` is what stands before a name where it is told to him: `--since`, `since`."""

    since: str = SINCE
    until: str = UNTIL
    by: str | None = None
    service: str | None = None
    timezone: str = UTC
    prefix: str = ""

    @property
    def zone(self) -> tzinfo:
        """The time zone. Raises BadQuestionError."""
        return periods.zone(self.timezone)

    def question(self, now: datetime) -> Question:
        """The question, when it is one. Raises BadQuestionError."""
        here = now.astimezone(self.zone).replace(microsecond=0)
        since = periods.moment(self.since, here, f"{self.prefix}since")
        until = periods.moment(self.until, here, f"{self.prefix}until")
        return self._of(periods.period(since, until))

    def question_of_day(self, text: str) -> Question:
        """The question about one day of the time zone. Raises BadQuestionError."""
        return self._of(periods.day(text, self.zone))

    def _of(self, period: Period) -> Question:
        if self.by is not None:
            periods.parts(period, self.by)
        return Question(period, self.by, self.service)


def now() -> datetime:
    """The moment at which is asked."""
    return datetime.now(timezone.utc)
