"""The prices of models against the library that they come from.

It needs a newer Python than we do and is no dependency, so that these are skipped where it is not installed:
`make prices` makes an environment with it, in which they can be run, and CI does not.
"""

from __future__ import annotations

import json
import random

import pytest

from otel_voice.observation.records import Inference
from otel_voice.prices.prices import FOLDER, Prices
from tests.prices.records import ended

pytest.importorskip("genai_prices", reason="genai-prices is not installed: the prices of models are not made again")


def test_distilling_again_gives_the_same_file() -> None:
    """The file is the library's version, and no hand has been at it."""
    from tools.prices import TARGET, distilled

    present = TARGET.read_text(encoding="utf-8")
    assert distilled(json.loads(present)["about"]["distilled"]) == present


def test_models_cost_what_the_library_says() -> None:
    """For every id of a model of its providers: tokens, cache and tiers."""
    from genai_prices import Usage, calc_price

    from tools.prices import PROVIDERS

    chance, prices, compared = random.Random(7), Prices(), 0
    for id, names in PROVIDERS.items():
        for model in _models(id) if names else ():
            total = chance.choice([1000, 50_000, 150_000, 300_000, 600_000])
            usage = {"input_tokens": total, "cache_read_tokens": total // 4, "output_tokens": 700}
            try:
                expected = float(calc_price(Usage(**usage), model, provider_id=id).total_price)
            except (LookupError, ValueError):
                continue
            record = ended(Inference, names[0], model, input_tokens=total, output_tokens=700)
            record.cached_input_tokens = total // 4
            prices.price(record)
            if record.cost is not None:
                assert record.cost == pytest.approx(expected), (id, model)
                compared += 1
    assert compared > 300


def _models(id: str) -> list[str]:
    from genai_prices.data import providers

    return [model.id for provider in providers if provider.id == id for model in provider.models]


def test_the_folder_is_the_one_that_is_shipped() -> None:
    """The tool writes where the package reads."""
    from tools.prices import TARGET

    assert TARGET.parent == FOLDER
