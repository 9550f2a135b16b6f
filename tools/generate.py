"""Writes what is generated: names, reference, tables of the README, prices. --check only tells what would change."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from otel_voice.monitoring.errors import ValuesError
from otel_voice.monitoring.rendering import rendered
from otel_voice.monitoring.values import PATH as VALUES
from otel_voice.monitoring.values import shipped_values
from tools.render_alerts import alerts_document
from tools.render_browser_names import browser_names
from tools.render_catalogue import catalogue_module
from tools.render_dashboards import dashboards_page
from tools.render_docs import reference
from tools.render_names import names_module
from tools.render_readme import readme
from tools.schema import ROOT, SchemaError, load
from tools.speech_prices import TARGET as SPEECH_PRICES
from tools.speech_prices import speech_prices

NAMES = ROOT / "otel_voice" / "telemetry" / "names.py"
CATALOGUE = ROOT / "otel_voice" / "telemetry" / "catalogue.py"
BROWSER_NAMES = ROOT / "frontend" / "src" / "names.ts"
REFERENCE = ROOT / "docs" / "telemetry.md"
README = ROOT / "README.md"
ALERTS = ROOT / "docs" / "alerts.md"
DASHBOARDS = ROOT / "docs" / "dashboards.md"


def generated() -> dict[Path, str]:
    """Every generated file with the text it should hold; raises SchemaError or ValuesError."""
    schema = load()
    return {
        NAMES: names_module(schema),
        CATALOGUE: catalogue_module(schema),
        BROWSER_NAMES: browser_names(schema),
        REFERENCE: reference(schema),
        README: readme(README.read_text(encoding="utf-8")),
        ALERTS: alerts_document(ALERTS.read_text(encoding="utf-8")),
        SPEECH_PRICES: speech_prices(),
        **stack_files(),
    }


def stack_files() -> dict[Path, str]:
    """What the stack's values make, for the repository; raises ValuesError."""
    values = shipped_values((ROOT / VALUES).read_text(encoding="utf-8"))
    files = {ROOT / path: text for path, text in rendered(values).items()}
    return {**files, DASHBOARDS: dashboards_page(DASHBOARDS.read_text(encoding="utf-8"), values)}


def difference(path: Path, wanted: str) -> str:
    """The unified diff from the file to what it should hold; empty when they agree."""
    present = path.read_text(encoding="utf-8") if path.exists() else ""
    name = str(path.relative_to(ROOT))
    lines = difflib.unified_diff(
        present.splitlines(keepends=True), wanted.splitlines(keepends=True), name, f"{name} (generated)"
    )
    return "".join(lines)


def check(files: Mapping[Path, str]) -> int:
    """Print what would change; 1 when anything would."""
    differences = [text for path, wanted in files.items() if (text := difference(path, wanted))]
    for text in differences:
        sys.stdout.write(text)
    if differences:
        sys.stderr.write("Generated files are out of date: run `make docs` and commit the result.\n")
    return 1 if differences else 0


def write(files: Mapping[Path, str]) -> int:
    """Write the files that differ."""
    for path, wanted in files.items():
        if difference(path, wanted):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 0


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when anything would change")
    arguments = parser.parse_args()
    try:
        files = generated()
    except (SchemaError, ValuesError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return check(files) if arguments.check else write(files)


if __name__ == "__main__":
    sys.exit(main())
