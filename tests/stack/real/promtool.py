"""Asks `promtool test rules` when an alert fires, given lines that are calm, then in trouble, then calm again."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from otel_voice.monitoring.reading import seconds_of
from tests.stack.binaries import BIN

Value = float | None
"""None: there is no sample."""


@dataclass(frozen=True)
class Line:
    """One series. A counter's values are what it grows by at each step, a gauge's are what it shows."""

    series: str
    calm: Value
    below: Value | Sequence[Value]
    """Just not enough for an alert. Of a sequence the last lasts."""
    above: Value | Sequence[Value]
    counts: bool

    def samples(self, phases: Sequence[tuple[str, int]]) -> str:
        """Its values over phases of so many steps each."""
        shown, total = [], 0.0
        for value in self._values(phases):
            total += value or 0.0
            shown.append("_" if value is None else f"{total if self.counts else value:.10g}")
        return " ".join(shown)

    def times(self, factor: float) -> Line:
        """The same with so much less traffic; a gauge stays as it is."""
        if not self.counts:
            return self
        calm, below, above = (None if value is None else value * factor for value in map(_last, self._three()))
        return replace(self, calm=calm, below=below, above=above)

    def _three(self) -> tuple[Value | Sequence[Value], ...]:
        return self.calm, self.below, self.above

    def _values(self, phases: Sequence[tuple[str, int]]) -> Iterator[Value]:
        for phase, steps in phases:
            value = getattr(self, phase)
            values = list(value) if isinstance(value, Sequence) else [value]
            yield from (values + [values[-1]] * steps)[:steps]


def _last(value: Value | Sequence[Value]) -> Value:
    return value[-1] if isinstance(value, Sequence) else value


def counter(series: str, calm: Value, below: Value, above: Value) -> Line:
    """A counter, by what it grows at each step."""
    return Line(series, calm, below, above, counts=True)


def gauge(series: str, calm: Value, below: Value | Sequence[Value], above: Value | Sequence[Value]) -> Line:
    """A gauge, by what it shows."""
    return Line(series, calm, below, above, counts=False)


@dataclass(frozen=True)
class Times:
    """How long the lines are calm, in trouble and calm again, and how far apart their samples are. In seconds."""

    lead: int
    trouble: int
    after: int
    step: int = 15

    def phases(self, trouble: str) -> list[tuple[str, int]]:
        """Phases with their steps."""
        return [(phase, self._steps(length)) for phase, length in self._lengths(trouble)]

    def _lengths(self, trouble: str) -> list[tuple[str, int]]:
        return [("calm", self.lead), (trouble, self.trouble), ("calm", self.after)]

    def _steps(self, length: int) -> int:
        return length // self.step


def times(window: str, lasting: str) -> Times:
    """Long enough for an alert with this window and this `for`; a gauge is looked back at for five minutes."""
    long, for_ = seconds_of(window) or 0, seconds_of(lasting) or 0
    return Times(lead=600, trouble=long + for_ + 120, after=long + 420)


def groups_of(files: Mapping[str, str]) -> list[dict[str, Any]]:
    """The groups of rules of rendered files, those that record before those that ask."""
    groups = [group for text in files.values() for group in yaml.safe_load(text)["groups"]]
    return sorted(groups, key=lambda group: not any("record" in rule for rule in group["rules"]))


def rules_of(groups: Sequence[dict[str, Any]], alert: str, folder: Path) -> Path:
    """A file with this alert and the recording rules that it asks."""
    [expr] = [rule["expr"] for group in groups for rule in group["rules"] if rule.get("alert") == alert]
    needed = [{**group, "rules": [one for one in group["rules"] if _needed(one, alert, expr)]} for group in groups]
    written = folder / f"{alert}.rules.json"
    written.write_text(json.dumps({"groups": [group for group in needed if group["rules"]]}))
    return written


def _needed(rule: Mapping[str, Any], alert: str, expr: str) -> bool:
    return rule["record"] in expr if "record" in rule else rule["alert"] == alert


def firing(alert: str, at: int) -> dict[str, Any]:
    """It fires at this second."""
    return _asked(f'count(ALERTS{{alertname="{alert}", alertstate="firing"}}) > bool 0', at, [{"value": 1}])


def silent(alert: str, at: int) -> dict[str, Any]:
    """It does not fire at this second."""
    return _asked(f'ALERTS{{alertname="{alert}", alertstate="firing"}}', at, [])


def always_silent(alert: str, until: int) -> dict[str, Any]:
    """It fires at no time."""
    return _asked(f'count_over_time(ALERTS{{alertname="{alert}", alertstate="firing"}}[{until}s])', until, [])


def _asked(expr: str, at: int, samples: list[dict[str, Any]]) -> dict[str, Any]:
    return {"expr": expr, "eval_time": f"{at}s", "exp_samples": samples}


def scenario(
    name: str, lines: Sequence[Line], when: Times, trouble: str, asked: list[dict[str, Any]]
) -> dict[str, Any]:
    """A test group of promtool."""
    phases = when.phases(trouble)
    series = [{"series": line.series, "values": line.samples(phases)} for line in lines]
    return {"name": name, "interval": f"{when.step}s", "input_series": series, "promql_expr_test": asked}


def answered(rules: Path, scenarios: Sequence[dict[str, Any]], step: int) -> None:
    """Fails with what promtool says."""
    test = rules.with_suffix(".test.json")
    content = {
        "rule_files": [rules.name],
        # In any other order an alert would see what was recorded a step before.
        "group_eval_order": [group["name"] for group in json.loads(rules.read_text())["groups"]],
        "evaluation_interval": f"{step}s",
        "tests": list(scenarios),
    }
    test.write_text(json.dumps(content))
    command = (str(BIN / "promtool"), "test", "rules", test.name)
    done = subprocess.run(command, cwd=rules.parent, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
