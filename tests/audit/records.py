"""Chains for tests, and the evidence that they are."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import settings

from otel_voice.audit_trail.chain import GENESIS, seal
from otel_voice.audit_trail.evidence import Evidence, of_lines
from otel_voice.audit_trail.verification import Report, verify

STREAM = "a" * 32

# A busy machine takes its time for an example.
PATIENT = settings(deadline=None, max_examples=60)


def chain(count: int, stream: str = STREAM) -> list[str]:
    """The lines of a chain of `count` records."""
    lines, previous = [], GENESIS
    for number in range(1, count + 1):
        content = {"category": "audit", "event": "voice.audit.data.access", "actor": f"u-{number}"}
        line, previous = seal(content, stream, number, previous)
        lines.append(line)
    return lines


def evidence(lines: Iterable[str]) -> Evidence:
    """The lines as a file."""
    return of_lines("spool", "".join(f"{line}\n" for line in lines).encode())


def verified(lines: Iterable[str]) -> Report:
    """What is found in the lines."""
    return verify(evidence(lines))


def kinds(report: Report) -> set[str]:
    """The kinds of what was found."""
    return {finding.kind for finding in report.findings}
