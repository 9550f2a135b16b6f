"""Which model an agent of ElevenLabs asked for an answer, and with how many tokens.

A span has `elevenlabs.llm_usage.<model>.<category>`, whose value is an object as Python or as JSON writes it. What was
read from the cache or written to it stands beside the other input there, and is a part of it in the conventions.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from otel_voice.observation.records import RealtimeResponse

_PREFIX = "elevenlabs.llm_usage."
_INPUT, _CACHED, _WRITTEN, _OUTPUT = "input", "input_cache_read", "input_cache_write", "output_total"
_LONGEST = 512


def read(record: RealtimeResponse, attributes: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
    """Fill in the model and its tokens, as far as they are told."""
    tokens: Counter[str] = Counter()
    models = set()
    for model, category, count in _of_span(attributes) or _of_entry(entry):
        models.add(model)
        tokens[category] += count
    named = attributes.get("elevenlabs.producing_llm") or entry.get("producing_llm")
    only = next(iter(models)) if len(models) == 1 else None
    record.request_model = named if isinstance(named, str) else only
    if tokens.keys() & {_INPUT, _CACHED, _WRITTEN}:
        record.input_tokens = tokens[_INPUT] + tokens[_CACHED] + tokens[_WRITTEN]
    record.cached_input_tokens = tokens.get(_CACHED)
    record.cache_written_input_tokens = tokens.get(_WRITTEN)
    record.output_tokens = tokens.get(_OUTPUT)


def _of_span(attributes: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    found = []
    for name, value in attributes.items():
        model, _, category = name.removeprefix(_PREFIX).rpartition(".")  # models have dots in their names
        count = _count(_literal(value)) if name.startswith(_PREFIX) else None
        if model and count is not None:
            found.append((model, category, count))
    return found


def _of_entry(entry: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    usage = entry.get("llm_usage")
    by_model = usage.get("model_usage") if isinstance(usage, Mapping) else None
    for model, categories in by_model.items() if isinstance(by_model, Mapping) else ():
        for category, given in categories.items() if isinstance(categories, Mapping) else ():
            count = _count(given)
            if count is not None:
                yield str(model), str(category), count


def _literal(value: Any) -> Any:
    if not isinstance(value, str) or len(value) > _LONGEST:
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _count(given: Any) -> int | None:
    tokens = given.get("tokens") if isinstance(given, Mapping) else given
    return tokens if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 0 else None
