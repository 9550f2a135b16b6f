"""The README's generated blocks: the providers with the versions they were tested with, and the settings.

A block stands between `<!-- generated: NAME -->` and `<!-- end generated -->`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from otel_voice import providers
from otel_voice.capture.points import Provider
from otel_voice.settings.variables import markdown_table
from tools.render_docs import table
from tools.schema import ROOT, SchemaError

COMPATIBILITY = ROOT / "docs" / "compatibility.json"
BLOCK = re.compile(r"(<!-- generated: (?P<name>[\w-]+) -->\n).*?(<!-- end generated -->)", re.DOTALL)


def providers_table(compatibility: Path = COMPATIBILITY) -> str:
    """The providers as a table, and a sentence on what the tests ran on; only cells in which all passed count."""
    ran = _passed(compatibility)
    rows = [_row(providers.load(name), ran) for name in providers.NAMES]
    head = ("provider", "package", "what is captured", "tested with")
    return table(head, rows) + _tested_on(ran)


def _passed(compatibility: Path) -> list[Mapping[str, str]]:
    if not compatibility.exists():
        return []
    cells: list[dict[str, Any]] = json.loads(compatibility.read_text(encoding="utf-8"))["ran"]
    return [cell["versions"] for cell in cells if cell["passed"] and not cell["failed"]]


def _row(provider: Provider, ran: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    captured = "<br>".join(f"`{surface}`: {calls}" for surface, calls in provider.surfaces.items())
    tested = ", ".join(_versions(provider.distribution, ran)) or "not yet"
    return (provider.name, f"`{provider.distribution}` {provider.since} to <{provider.before}", captured, tested)


def _tested_on(ran: list[Mapping[str, str]]) -> str:
    if not ran:
        return ""
    pythons = sorted({_rank(versions["python"])[:2] for versions in ran})
    sdk = _versions("opentelemetry-sdk", ran)
    shown = ", ".join(f"{major}.{minor}" for major, minor in pythons)
    return f"\nTested on Python {shown} with OpenTelemetry {' and '.join(sdk)} (`make test-matrix`).\n"


def _versions(package: str, ran: Iterable[Mapping[str, str]]) -> list[str]:
    return sorted({versions[package] for versions in ran if package in versions}, key=_rank)


def _rank(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


BLOCKS: Mapping[str, Callable[[], str]] = {
    "providers": providers_table,
    "configuration": markdown_table,
}


def readme(text: str) -> str:
    """The README with its blocks filled; raises SchemaError for a block of an unknown name."""
    return BLOCK.sub(_filled, text)


def _filled(block: re.Match[str]) -> str:
    render = BLOCKS.get(block["name"])
    if render is None:
        raise SchemaError(f"README.md: no generated block {block['name']!r}; there are: {', '.join(BLOCKS)}")
    return f"{block[1]}{render()}{block[3]}"
