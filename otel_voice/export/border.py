"""Where telemetry leaves the process: everything that an exporter is given has been redacted, whoever made it.

It runs on the thread that exports, so that no call of the program waits for it. The SDK has no place for such a step in
front of all exporters; those of a provider are found in it, also those that came from OTEL_CONFIG_FILE, and those that
the program adds later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

_log = logging.getLogger(__name__)

_GUARDED = "_otel_voice_redacts"


def guard(provider: Any) -> None:
    """Redact whatever leaves through a provider of the SDK, from now on. May be called again; never raises."""
    try:
        _guard(provider)
    except Exception as error:  # noqa: BLE001 - the program runs on when the SDK's layout moved
        _log.error(
            "otel_voice: what %s exports is not redacted, except what otel_voice itself tells: %s: %s. "
            "Let the Collector redact, and report the versions of your OpenTelemetry packages.",
            type(provider).__name__,
            type(error).__name__,
            error,
        )


def is_guarded(provider: Any) -> bool:
    """Whether all log records that leave through a provider are redacted on their way.

    Not where a processor is the program's own: what that does with them is not known.
    """
    processors = getattr(getattr(provider, "_multi_log_record_processor", None), "_log_record_processors", ())
    ways = [getattr(owner, method, None) for owner, method, _ in _ways_out(provider)] if processors else []
    return 0 < len(processors) == len(ways) and all(hasattr(way, _GUARDED) for way in ways)


def _guard(provider: Any) -> None:
    for owner, method, redact in _ways_out(provider):
        _redact_before(owner, method, redact)
    for name in ("add_span_processor", "add_log_record_processor", "add_metric_reader"):
        if hasattr(provider, name):
            _guard_after(provider, name)


def _ways_out(provider: Any) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    """Each object that takes telemetry out, its method for that, and what has to happen before."""
    if hasattr(provider, "add_span_processor"):
        for processor in provider._active_span_processor._span_processors:
            if hasattr(processor, "span_exporter"):
                yield processor.span_exporter, "export", _spans
    elif hasattr(provider, "add_log_record_processor"):
        for processor in provider._multi_log_record_processor._log_record_processors:
            inner = getattr(processor, "_batch_processor", processor)
            if hasattr(inner, "_exporter"):
                yield inner._exporter, "export", _log_records
    else:
        # Pulled metrics, as for Prometheus, are given to their reader in the same way.
        for reader in provider._measurement_consumer._reader_storages:
            yield reader, "_receive_metrics", _metrics


# Imported at the first export: a program's start does not wait for patterns.
def _spans(batch: Any) -> Any:
    from otel_voice.export import redacting

    return redacting.spans(batch)


def _log_records(batch: Any) -> Any:
    from otel_voice.export import redacting

    return redacting.log_records(batch)


def _metrics(data: Any) -> Any:
    from otel_voice.export import redacting

    return redacting.metrics(data)


def _redact_before(owner: Any, method: str, redact: Callable[[Any], Any]) -> None:
    original = getattr(owner, method)
    if hasattr(original, _GUARDED):
        return

    def guarded(batch: Any, *args: Any, **kwargs: Any) -> Any:
        return original(redact(batch), *args, **kwargs)

    setattr(guarded, _GUARDED, True)
    setattr(owner, method, guarded)


def _guard_after(provider: Any, name: str) -> None:
    """What the program adds to the provider later leaves by the same border."""
    original = getattr(provider, name)
    if hasattr(original, _GUARDED):
        return

    def added(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        guard(provider)
        return result

    setattr(added, _GUARDED, True)
    setattr(provider, name, added)
