"""The schema's metrics as dashboards ask for them in PromQL: narrowed by the variables, counters always rated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from otel_voice.monitoring.series import RESOURCE_LABELS, Series, label, series
from otel_voice.telemetry import names

INTERVAL: Final = "$__rate_interval"
"""Between two points of a curve, and never less than a rate needs."""
RANGE: Final = "$__range"
"""All that the dashboard shows."""
REGION: Final = "cloud.region"
"""Where a program runs, as its resource says; Prometheus makes it a label of all its series."""

_EVERYWHERE: Final = ('service_name=~"$service"', 'deployment_environment_name=~"$environment"')
_WHERE_LABELLED: Final = {
    label(names.GEN_AI_PROVIDER_NAME): "$provider",
    label(names.GEN_AI_REQUEST_MODEL): "$model",
}


@dataclass(frozen=True)
class Metric:
    """One metric, or one that has an old and a new name, narrowed to some of its series.

    Where a program says both names the old one counts: the new one is taken only for series that have no old one.
    """

    series: Series
    renamed: Series | None = None
    matchers: tuple[str, ...] = ()

    def where(self, attribute: str, matcher: str) -> Metric:
        """Only the series whose label matches, as `="chat"` or `!=""`. Raises KeyError when it has no such label."""
        return replace(self, matchers=(*self.matchers, f"{self._label(attribute)}{matcher}"))

    def rate(self, *by: str, window: str = INTERVAL) -> str:
        """How often a second: counted, or recorded in a histogram."""
        return self._sum(self._each("rate", self._counted, window), by)

    def per_minute(self, *by: str) -> str:
        """The same in a minute."""
        return f"60 * {self.rate(*by)}"

    def per_hour(self, *by: str) -> str:
        """The same in an hour."""
        return f"3600 * {self.rate(*by)}"

    def increase(self, *by: str, window: str = RANGE) -> str:
        """How many in all."""
        return self._sum(self._each("increase", self._counted, window), by)

    def recorded(self, *by: str, window: str = INTERVAL) -> str:
        """What a histogram recorded a second: tokens, seconds of audio."""
        return self._sum(self._each("rate", "sum", window), by)

    def recorded_in_all(self, *by: str) -> str:
        """What it recorded in all that the dashboard shows."""
        return self._sum(self._each("increase", "sum", RANGE), by)

    def quantile(self, share: float, *by: str, window: str = INTERVAL) -> str:
        """The value that this share of what was recorded does not exceed, as the buckets tell."""
        return f"histogram_quantile({share}, {self.buckets(*by, window=window)})"

    def buckets(self, *by: str, window: str = INTERVAL) -> str:
        """How many fell into each bucket a second."""
        return self._sum(self._each("rate", "bucket", window), (*by, "le"))

    def mean(self, *by: str, window: str = INTERVAL) -> str:
        """The mean of what was recorded."""
        return f"{self.recorded(*by, window=window)} / ({self.rate(*by, window=window)} > 0)"

    def level(self, *by: str) -> str:
        """What stands now, summed over processes."""
        return self._sum(f"{self.series.value}{self._selector(self.series)}", by)

    def highest(self, *by: str) -> str:
        """The highest of what stands now, where a sum means nothing."""
        return f"max{_by(self._labels(by))} ({self.series.value}{self._selector(self.series)})"

    @property
    def gauge(self) -> str:
        """Each series that stands now, for an expression of one's own."""
        return f"{self.series.value}{self._selector(self.series)}"

    @property
    def _counted(self) -> str:
        return "total" if self.series.instrument == "counter" else "count"

    def _each(self, function: str, suffix: str, window: str) -> str:
        both = [one for one in (self.series, self.renamed) if one is not None]
        rated = [f"{function}({getattr(one, suffix)}{self._selector(one)}[{window}])" for one in both]
        return " or ".join(rated)

    def _sum(self, inner: str, by: tuple[str, ...]) -> str:
        return f"sum{_by(self._labels(by))} ({inner})"

    def _selector(self, of: Series) -> str:
        variables = [f'{name}=~"{variable}"' for name, variable in _WHERE_LABELLED.items() if name in of.labels]
        return f"{{{', '.join((*_EVERYWHERE, *variables, *self.matchers))}}}"

    def _labels(self, attributes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(one if one == "le" else self._label(one) for one in attributes)

    def _label(self, attribute: str) -> str:
        found = label(attribute)
        if found not in (*self.series.labels, *RESOURCE_LABELS):
            raise KeyError(f"{self.series.base} has no label {found}: it has {', '.join(self.series.labels)}")
        return found


def metric(name: str, renamed: str | None = None) -> Metric:
    """The metric of that name in the schema, under its new name as well where it has one. Raises KeyError."""
    return Metric(series(name), None if renamed is None else series(renamed))


def share(part: str, whole: str) -> str:
    """The part of the whole, 0 to 1. None where there was nothing at all, 0 where only the part was missing."""
    return f"({part} or 0 * {whole}) / ({whole} > 0)"


def _by(labels: tuple[str, ...]) -> str:
    return f" by ({', '.join(labels)})" if labels else ""
