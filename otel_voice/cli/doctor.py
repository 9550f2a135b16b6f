"""`otel-voice doctor`: which SDKs are here, whether their calls are observed, and what to do where they are not."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from typing import Final

from otel_voice.cli.arguments import Commands
from otel_voice.doctor import tables
from otel_voice.doctor.finding import Finding, Health, sick
from otel_voice.doctor.visit import visit
from otel_voice.local.errors import LocalError

SWITCH: Final = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS"
_SICK: Final = 1


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command."""
    parser = commands.add_parser(
        "doctor",
        help="which SDKs are installed, and whether their calls are observed",
        description="Imports each installed SDK in an interpreter of its own, patches it as in a program, and says "
        "which hooks found their place. The exit status is 1 when one did not, and 2 when a name is unknown.",
    )
    parser.add_argument("providers", metavar="PROVIDER", nargs="*", help="only these (default: all)")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """0, or 1 when an installed SDK is not observed. Raises LocalError."""
    names = arguments.providers or tables.NAMES
    for name in names:
        if name not in tables.NAMES:
            raise LocalError(f"there is no provider {name!r}; there are {', '.join(tables.NAMES)}")
    findings = visit(names, _switched_off())
    print(json.dumps([each.as_json() for each in findings], indent=2) if arguments.json else "\n".join(_page(findings)))
    return _SICK if sick(findings) else 0


def _switched_off() -> set[str]:
    return {name.strip() for name in os.environ.get(SWITCH, "").split(",")}


def _page(findings: Sequence[Finding]) -> Iterator[str]:
    here = [each for each in findings if each.health is not Health.NOT_INSTALLED]
    absent = [each.provider for each in findings if each.health is Health.NOT_INSTALLED]
    for finding in here:
        yield _line(finding)
        yield from (f"    {word}" for word in _words(finding))
    if absent:
        yield f"not installed: {', '.join(absent)}"
    yield _verdict(here)


def _line(finding: Finding) -> str:
    hooks = f"{finding.attached} of {finding.known} hooks" if finding.known else "no hooks"
    return f"{finding.provider:21} {f'{finding.distribution} {finding.version}':38} {hooks:15} {finding.health.value}"


def _words(finding: Finding) -> Iterator[str]:
    """What there is to know, and to do, beyond the line."""
    name, supported = finding.distribution, f"{finding.since} to before {finding.before}"
    if finding.health is Health.TOO_OLD:
        yield f"its calls are not observed: otel_voice knows {name} {supported}. Upgrade {name}."
    if finding.health is Health.NOT_IMPORTABLE:
        yield f"{finding.error}. It would fail in your program, too: install {name} again."
    if finding.health is Health.NEWER:
        yield f"otel_voice was tested with {name} {supported}; all hooks found their place."
    if finding.health is Health.HOOKS_MISSING:
        yield from (f"missing: {hook} ({reason})" for hook, reason in finding.missing.items())
        yield f"these calls are not observed. Upgrade otel-voice, or install a {name} from {supported}."
    if finding.health is Health.SWITCHED_OFF:
        yield f"{SWITCH} names {tables.load(finding.provider).switch}. Take it out to have its calls observed."
    if finding.own_telemetry:
        yield f"{name} makes spans of its own: they are completed, not doubled."
    for other, switch in finding.others.items():
        yield f"{other} observes it too: calls may be told twice. {SWITCH}={switch} switches theirs off."


def _verdict(here: Sequence[Finding]) -> str:
    failing = sick(here)
    if failing:
        return f"Not observed as they should be: {', '.join(each.provider for each in failing)}."
    if not here:
        return "None of these SDKs is installed in this environment."
    ignored = [each.provider for each in here if each.health in (Health.TOO_OLD, Health.SWITCHED_OFF)]
    but = f" but {', '.join(ignored)}" if ignored else ""
    return f"Everything that is installed is observed{but}."
