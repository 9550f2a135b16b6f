"""Every SDK, each examined in an interpreter of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from os import cpu_count

from otel_voice import ingress
from otel_voice.doctor import examination, tables
from otel_voice.doctor.finding import Finding, Health, of_json
from otel_voice.doctor.others import observers_of

_PATIENCE_SECONDS = 120


def visit(names: Sequence[str], switched_off: Collection[str]) -> list[Finding]:
    """Examine these providers. `switched_off` are instrumentations that the environment disables."""
    with ThreadPoolExecutor(cpu_count()) as together:
        return list(together.map(lambda name: _visited(name, switched_off), names))


def _visited(name: str, switched_off: Collection[str]) -> Finding:
    provider = tables.load(name)
    if examination.installed(provider) is None:
        return Finding(name, provider.distribution, provider.since, provider.before, Health.NOT_INSTALLED)
    finding = _apart(name)
    if name not in ingress.NAMES:  # the span of a server is nobody's but theirs
        finding = replace(finding, others=observers_of(provider.distribution))
    if provider.switch in switched_off or "*" in switched_off:
        return replace(finding, health=Health.SWITCHED_OFF)
    return finding


def _apart(name: str) -> Finding:
    command = [sys.executable, "-m", examination.__name__, name]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return _broken(name, f"its import did not end within {_PATIENCE_SECONDS} seconds")
    if ended.returncode != 0:
        last = ended.stderr.strip().rpartition("\n")[2]
        return _broken(name, f"its import ended the interpreter with status {ended.returncode}: {last}")
    # The SDK may have printed something, too; ours is the last line.
    return of_json(json.loads(ended.stdout.strip().rpartition("\n")[2]))


def _broken(name: str, error: str) -> Finding:
    provider = tables.load(name)
    return Finding(
        name,
        provider.distribution,
        provider.since,
        provider.before,
        Health.NOT_IMPORTABLE,
        version=examination.installed(provider),
        error=error,
    )
