"""Records as a test needs them: ended, of a provider and a model, with facts."""

from __future__ import annotations

from typing import Any, TypeVar

from otel_voice.observation.records import Operation, Outcome

Record = TypeVar("Record", bound=Operation)


def ended(kind: type[Record], provider: str, model: str | None, **facts: Any) -> Record:
    """A completed operation, unless the facts say otherwise."""
    record = kind(provider)
    record.request_model = model
    record.outcome = Outcome.COMPLETED
    for name, value in facts.items():
        setattr(record, name, value)
    return record
