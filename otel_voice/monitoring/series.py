"""The schema's names as Prometheus keeps them: dots to underscores, a suffix for the unit and for the instrument.

That is the translation which stack/prometheus/prometheus.yml asks for (UnderscoreEscapingWithSuffixes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from otel_voice.telemetry.names import METRICS

_UNIT_SUFFIX: Final = {"s": "_seconds", "ms": "_milliseconds", "By": "_bytes"}
RESOURCE_LABELS: Final = (
    "service_name",
    "service_namespace",
    "service_version",
    "deployment_environment_name",
    "cloud_region",
)
"""What Prometheus adds to every series of a program; `promote_resource_attributes` says so."""


@dataclass(frozen=True)
class Series:
    """One metric of the schema as PromQL calls it."""

    base: str
    instrument: str
    labels: tuple[str, ...]

    @property
    def total(self) -> str:
        """A counter. Raises TypeError for anything else."""
        return self._suffixed("counter", "_total")

    @property
    def value(self) -> str:
        """A gauge, or a sum that falls as well. Raises TypeError for anything else."""
        if self.instrument not in ("gauge", "updowncounter"):
            raise TypeError(f"{self.base} is a {self.instrument}, which has no value of its own")
        return self.base

    @property
    def bucket(self) -> str:
        """The buckets of a histogram. Raises TypeError for anything else."""
        return self._suffixed("histogram", "_bucket")

    @property
    def count(self) -> str:
        """How often a histogram was recorded. Raises TypeError for anything else."""
        return self._suffixed("histogram", "_count")

    @property
    def sum(self) -> str:
        """All that a histogram recorded. Raises TypeError for anything else."""
        return self._suffixed("histogram", "_sum")

    def _suffixed(self, instrument: str, suffix: str) -> str:
        if self.instrument != instrument:
            raise TypeError(f"{self.base} is a {self.instrument}: it has no {self.base}{suffix}")
        return f"{self.base}{suffix}"


def series(metric: str) -> Series:
    """The series of a metric that is named as in the schema. Raises KeyError when there is none of that name."""
    declared = METRICS[metric]
    base = label(metric) + _unit_suffix(declared.instrument, declared.unit)
    return Series(base, declared.instrument, tuple(map(label, declared.labels)))


def _unit_suffix(instrument: str, unit: str) -> str:
    """Prometheus takes a gauge in 1 for a ratio, and nothing else."""
    return "_ratio" if (instrument, unit) == ("gauge", "1") else _UNIT_SUFFIX.get(unit, "")


def label(attribute: str) -> str:
    """The label, in Prometheus and in Loki, that an attribute becomes."""
    return attribute.replace(".", "_")
