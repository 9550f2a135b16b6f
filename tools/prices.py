"""Distils the prices of models from the library genai-prices into otel_voice/prices/models.json.

The library is kept up to date by others, and needs a newer Python and more packages than a voice agent should have to
bring; so it is read here, and not by what is installed. `make prices` brings its newest version.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "otel_voice" / "prices" / "models.json"

# The library's id of a provider, and the names that gen_ai.provider.name has for it, in the order of the file.
# One without a name of its own is there for those who sell its models.
PROVIDERS = {
    "aws": ["aws.bedrock"],
    "azure": ["azure.ai.openai", "azure.ai.inference"],
    "google": ["gcp.gemini", "gcp.vertex_ai", "gcp.gen_ai"],
    "groq": ["groq"],
    "mistral": ["mistral_ai"],
    "cohere": ["cohere"],
    "openai": ["openai"],
    "anthropic": ["anthropic"],
    "deepseek": ["deepseek"],
    "x-ai": ["x_ai"],
    "moonshotai": [],
}

# The library's unit -> ours. What our records do not count (pictures, searches, pages) is not here.
UNITS = {
    "input_mtok": "input_mtok",
    "output_mtok": "output_mtok",
    "cache_read_mtok": "cache_read_mtok",
    "cache_write_mtok": "cache_write_mtok",
    "input_audio_mtok": "input_audio_mtok",
    "output_audio_mtok": "output_audio_mtok",
    "cache_audio_read_mtok": "cache_audio_read_mtok",
    "input_mchars": "million_characters",
    "audio_hours": "audio_hour",
}

# Told by the library in its code, and not in its data.
AT_LEAST_SECONDS = {("groq", "whisper-large-v3"): 10, ("groq", "whisper-large-v3-turbo"): 10}


def entries() -> Iterator[dict[str, Any]]:
    """The entries of the table, in the order in which they are to be looked through."""
    from genai_prices.data import providers

    known = {provider.id: provider for provider in providers}
    for id in PROVIDERS:
        names = [*PROVIDERS[id], *_sellers(known, id)]
        for model in known[id].models:
            periods = [period for period in _periods(model.prices) if period["usd"]]
            if periods:
                yield {
                    "provider": names if len(names) > 1 else names[0],
                    "model": _clause(model.match),
                    **({"at_least_seconds": least} if (least := AT_LEAST_SECONDS.get((id, model.id))) else {}),
                    **(periods[0] if periods[0].keys() == {"usd"} and len(periods) == 1 else {"periods": periods}),
                }


def _sellers(known: dict[str, Any], id: str) -> list[str]:
    """Those who sell its models beside their own, and whose prices are looked through first."""
    return [
        name
        for seller in PROVIDERS
        if id in (known[seller].fallback_model_providers or ())
        for name in PROVIDERS[seller]
    ]


def _periods(prices: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(prices, list):
        yield {"usd": _usd(prices)}
        return
    for each in prices:
        yield {**_constraint(each.constraint), "usd": _usd(each.prices)}


def _constraint(constraint: Any) -> dict[str, Any]:
    if constraint is None:
        return {}
    if hasattr(constraint, "start_date"):
        return {"from": constraint.start_date.isoformat()}
    return {"daily": [f"{each:%H:%M}" for each in (constraint.start_time, constraint.end_time)]}


def _usd(prices: Any) -> dict[str, Any]:
    known = vars(prices)
    return {ours: _price(known[theirs]) for theirs, ours in UNITS.items() if known.get(theirs) is not None}


def _price(price: Any) -> Any:
    if hasattr(price, "tiers"):
        return {"base": _number(price.base), "above": [[tier.start, _number(tier.price)] for tier in price.tiers]}
    return _number(price)


def _number(price: Any) -> int | float:
    return int(price) if price == int(price) else float(price)


def _clause(match: Any) -> Any:
    """The matching clause as it stands in JSON: `or_` of the library is `or`; a name alone is itself."""
    ((kind, operand),) = vars(match).items()
    if kind == "equals":
        return operand
    name = kind.rstrip("_")
    return {name: [_clause(each) for each in operand] if isinstance(operand, list) else operand}


def distilled(day: str) -> str:
    """The text of models.json."""
    from tools.price_json import as_json

    about = {
        "from": f"genai-prices {version('genai-prices')}",
        "url": "https://github.com/pydantic/genai-prices",
        "licence": "MIT, see LICENSE.genai-prices",
        "distilled": day,
    }
    return as_json(about, entries())


def main() -> int:
    """Run from the command line: write the file when a price differs. The day is that of the last difference."""
    present = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
    written = json.loads(present)["about"]["distilled"] if present else ""
    if distilled(written) != present:
        TARGET.write_text(distilled(datetime.date.today().isoformat()), encoding="utf-8")
        sys.stdout.write(f"wrote {TARGET.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
