"""The prices in use: those of the user's file, then those that are shipped, read when they are first asked for."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from otel_voice.observation.records import Operation
from otel_voice.prices import table
from otel_voice.prices.cost import cost, input_tokens, is_billed
from otel_voice.prices.table import Entry, PriceError

_log = logging.getLogger(__name__)

FOLDER = Path(__file__).resolve().parent
SHIPPED = (FOLDER / "speech.json", FOLDER / "models.json")

Key = tuple[str, str, str | None, str | None, bool, str | None, str | None]


class Prices:
    """Prices records. A table is read once, an entry is looked for once for each model."""

    MOST = 512
    """So many models are remembered; names of models come from outside."""

    def __init__(self, own: Sequence[Entry] = (), shipped: Sequence[Path] = SHIPPED) -> None:
        self._own = own
        self._shipped = shipped
        self._by_provider: Mapping[str, list[Entry]] | None = None
        self._found: dict[Key, Entry | None] = {}

    def price(self, record: Operation) -> None:
        """Say on an ended operation what it cost, or that it cost something that is not known."""
        entry = self._entry(record)
        usd = None
        if entry is not None:
            rates = entry.fixed or entry.rates(record.started_unix_ns / 1e9, input_tokens(record))
            usd = cost(record, rates, entry.at_least_seconds)
        if usd is not None:
            record.cost = usd
        elif is_billed(record):
            record.unpriced = True

    def _entry(self, record: Operation) -> Entry | None:
        key = (
            record.operation,
            record.provider,
            record.response_model,
            record.request_model,
            record.streamed,
            getattr(record, "language", None),
            getattr(record, "voice", None),
        )
        try:
            return self._found[key]
        except KeyError:
            pass
        if len(self._found) >= self.MOST:
            self._found.clear()
        found = self._found[key] = self._search(record)
        return found

    def _search(self, record: Operation) -> Entry | None:
        if self._by_provider is None:
            self._by_provider = _readable(self._shipped)
        own = [each for each in self._own if record.provider in each.providers]
        return _first(own, record) or _first(self._by_provider.get(record.provider, ()), record)


def chosen(setting: str) -> tuple[Prices | None, list[str]]:
    """The prices that OTEL_VOICE_PRICES asks for, None when it is `none`, and what is wrong with its file."""
    if setting.lower() == "none":
        return None, []
    if not setting:
        return Prices(), []
    try:
        return Prices(table.read(Path(setting).expanduser())), []
    except (PriceError, RuntimeError) as error:
        return Prices(), [f"OTEL_VOICE_PRICES: {error}. Using the shipped prices alone."]


def _first(entries: Iterable[Entry], record: Operation) -> Entry | None:
    """The first entry for the model that answered, else for the one that was asked for, else for any model.

    Where no model is named, its name is empty.
    """
    fitting = [each for each in entries if each.is_for(record)]
    for name in [name for name in (record.response_model, record.request_model) if name] or [""]:
        for each in fitting:
            if each.is_for_model(name.lower()):
                return each
    return next((each for each in fitting if each.any_model), None)


def _readable(paths: Sequence[Path]) -> Mapping[str, list[Entry]]:
    """Packed programs leave files of data behind: then there are no costs, and the rest of telemetry goes on."""
    try:
        return _by_provider(paths)
    except PriceError as error:
        _log.warning("otel_voice: no costs are told: %s. Pack the files of otel_voice/prices, too.", error)
        return {}


def _by_provider(paths: Sequence[Path]) -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for path in paths:
        for given in table.load(path):
            entry = Entry(given, path.name)
            for provider in entry.providers:
                found.setdefault(provider, []).append(entry)
    return found
