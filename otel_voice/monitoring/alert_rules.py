"""The alerts that Prometheus and Loki watch for: what they ask, and how they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from otel_voice.monitoring.alertmanager import KnownAlert
from otel_voice.monitoring.asking import AskingError, Server

PROMETHEUS_RULES: Final = "/api/v1/rules"
LOKI_RULES: Final = "/prometheus/api/v1/rules"

_ORDER: Final = ("critical", "warning", "info")
_STATES: Final = ("firing", "pending", "inactive")
_COMPARISON: Final = re.compile(r"(?:>=|<=|==|!=|>|<)\s*-?[0-9][0-9.e+-]*")
_INNERMOST: Final = re.compile(r"\([^()]*\)|\{[^{}]*\}|\[[^][]*\]|\"[^\"]*\"")
_NEXT: Final = re.compile(r"\b(?:and|or|unless)\b")


@dataclass(frozen=True)
class AlertRule:
    """One rule, and what of it is active."""

    name: str
    severity: str
    threshold: str
    """As it is compared, `> 0.1`; empty where the rule asks something else."""
    state: str
    """inactive, pending or firing; unknown before it was evaluated for the first time."""
    since: str
    """When the oldest of its alerts began; empty when there is none."""
    active: tuple[Mapping[str, str], ...]
    """The labels of its alerts."""
    trouble: str
    """Why it cannot be evaluated; empty when it can."""


def alert_rules(server: Server, path: str) -> list[AlertRule]:
    """Those of Prometheus or of Loki's ruler. Raises AskingError."""
    data = server.data(path, {"type": "alert"})
    try:
        return [_rule(rule) for group in data["groups"] for rule in group["rules"] if rule["type"] == "alerting"]
    except (KeyError, TypeError, AttributeError) as error:
        raise AskingError(f"{server.name} at {server.shown}{path} gave something else than rules: {error!r}") from error


def in_order(rules: Iterable[AlertRule]) -> list[AlertRule]:
    """What is worst first, then by name."""
    return sorted(rules, key=lambda rule: (_rank(_STATES, rule.state), _rank(_ORDER, rule.severity), rule.name))


def held_back(rule: AlertRule, known: Iterable[KnownAlert]) -> str:
    """`silenced` or `inhibited` where nobody is told of any of its alerts, otherwise empty."""
    held = [next((one for one in known if labels.items() <= one.labels.items()), None) for labels in rule.active]
    if not held or not all(one is not None and (one.silenced_by or one.inhibited_by) for one in held):
        return ""
    return "silenced" if any(one is not None and one.silenced_by for one in held) else "inhibited"


def _rank(order: tuple[str, ...], value: str) -> int:
    return order.index(value) if value in order else len(order)


def _rule(rule: Mapping[str, Any]) -> AlertRule:
    alerts = [alert for alert in rule.get("alerts") or () if alert.get("state") in ("pending", "firing")]
    return AlertRule(
        name=str(rule["name"]),
        severity=_severity(rule, alerts),
        threshold=_threshold(str(rule.get("query") or "")),
        state=str(rule.get("state") or "unknown"),
        since=min((str(alert["activeAt"]) for alert in alerts), default=""),
        active=tuple(alert["labels"] for alert in alerts),
        trouble=str(rule.get("lastError") or "") if rule.get("health") == "err" else "",
    )


def _severity(rule: Mapping[str, Any], alerts: list[Any]) -> str:
    """That of a rule that takes it from what it finds is known only of its alerts."""
    said = str((rule.get("labels") or {}).get("severity") or "")
    if "{{" not in said:
        return said
    return "|".join(sorted({str(alert["labels"].get("severity", "")) for alert in alerts})) or "its own"


def _threshold(query: str) -> str:
    """The number that a query's first part is compared with as a whole: not what stands in brackets, nor conditions."""
    # Loki puts a comparison into brackets of its own.
    while (bare := query.strip()).startswith("(") and bare.endswith(")") and _is_one(bare):
        query = bare[1:-1]
    outside = ""
    while outside != query:
        outside, query = query, _INNERMOST.sub(" ", query)
    found = _COMPARISON.search(_NEXT.split(outside)[0])
    return " ".join(found[0].split()) if found is not None else ""


def _is_one(bracketed: str) -> bool:
    """True when the first bracket is closed by the last one."""
    depth = 0
    for index, letter in enumerate(bracketed):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return index == len(bracketed) - 1
    return False
