"""What was found out about one provider's SDK, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any


class Health(str, Enum):
    """How it stands with an SDK. The values are what `otel-voice doctor --json` says."""

    NOT_INSTALLED = "not installed"
    TOO_OLD = "too old"
    HOOKS_MISSING = "hooks missing"
    NOT_IMPORTABLE = "not importable"
    SWITCHED_OFF = "switched off"
    NEWER = "newer than tested"
    OBSERVED = "observed"


SICK = frozenset({Health.HOOKS_MISSING, Health.NOT_IMPORTABLE})
"""What somebody has to do something about: it is installed, and its calls are not seen."""


@dataclass(frozen=True)
class Finding:
    """One SDK; `missing` maps a hook (`module:callable`) to the reason."""

    provider: str
    distribution: str
    since: str
    before: str
    health: Health
    version: str | None = None
    known: int = 0
    missing: Mapping[str, str] = field(default_factory=dict)
    own_telemetry: bool = False
    """Whether this version makes spans of its own, which are then completed instead of doubled."""
    others: Mapping[str, str] = field(default_factory=dict)
    """Distributions that observe the same SDK -> the names under which they are switched off."""
    error: str | None = None

    @property
    def attached(self) -> int:
        """Hooks that found their place."""
        return self.known - len(self.missing)

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints of it, and what `of_json` reads."""
        return {**asdict(self), "health": self.health.value, "attached": self.attached}


def of_json(found: Mapping[str, Any]) -> Finding:
    """What `as_json` gave, as a finding again."""
    facts = {name: value for name, value in found.items() if name != "attached"}
    return Finding(**{**facts, "health": Health(found["health"])})


def sick(findings: Sequence[Finding]) -> list[Finding]:
    """Those whose calls are not observed although they could be."""
    return [finding for finding in findings if finding.health in SICK]
