"""What dashboards ask of the logs. A stream is found by its labels; the rest is metadata of the record."""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.series import label

_EVERYWHERE: Final = 'service_name=~"$service", deployment_environment_name=~"$environment"'


def of_category(category: str) -> str:
    """The records of a category, of the chosen services."""
    return f'{{{_EVERYWHERE}, voice_log_category=~"{category}"}}'


def of_event(event: str, category: str) -> str:
    """The records of an event; naming its category spares Loki the reading of all others."""
    return f'{of_category(category)} | event_name="{event}"'


def count(query: str, *by: str) -> str:
    """How many there were in the time that is shown."""
    return f"sum{_by(by)} (count_over_time({query} [$__range]))"


def count_each_interval(query: str, *by: str) -> str:
    """How many there were between two points of a curve."""
    return f"sum{_by(by)} (count_over_time({query} [$__interval]))"


def largest(number: int, query: str, attribute: str, *by: str) -> str:
    """The records with the largest values of an attribute."""
    unwrapped = f"{query} | unwrap {label(attribute)} [$__range]"
    return f"topk({number}, max_over_time({unwrapped}) by ({', '.join(map(label, by))}))"


def newest(number: int, query: str, *by: str) -> str:
    """The newest records; what is drawn is when they were, in milliseconds."""
    told = f"{query} | label_format told_at=`{{{{ __timestamp__ | unixEpochMillis }}}}` | unwrap told_at [$__range]"
    return f"topk({number}, max_over_time({told}) by ({', '.join(map(label, by))}))"


def _by(attributes: tuple[str, ...]) -> str:
    return f" by ({', '.join(map(label, attributes))})" if attributes else ""
