"""No alert fires on an hour of healthy traffic.

The series are real: those of the demo's agent with no provider down, the Collector's and the host's, as Prometheus
has them after one conversation. Each counter grows for an hour by what that conversation counted, twice a minute;
`promtool` evaluates the shipped rules.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from otel_voice.cli import program
from otel_voice.simulators.demo import healthy_environment
from otel_voice.simulators.server import Simulators
from tests.stack.binaries import BIN, ROOT
from tests.stack.real.programs import eventually
from tests.stack.real.whole import WholeStack

pytestmark = pytest.mark.timeout(300)

STEP = 15
STEPS = 60 * 60 // STEP
SHARE_OF_A_CONVERSATION = 0.5
"""What each step brings."""

RULES = sorted((ROOT / "stack/prometheus/rules").glob("*.yml"))
ASKED = '{__name__=~"(voice|gen_ai|otelcol|system)_.+|up"}'
COUNTERS = ("_total", "_bucket", "_count", "_sum")
# How busy and how full the machine of the test is, is not the matter: its series are real, what they say is calm.
HEALTHY = {"idle": 0.8, "free": 0.8}
NEEDED = (
    "voice_process_up",
    "voice_conversations_total",
    "voice_turn_response_latency_seconds_bucket",
    "gen_ai_client_operation_duration_seconds_count",
    "system_cpu_time_seconds_total",
    "system_memory_usage_bytes",
    "system_filesystem_usage_bytes",
    "otelcol_exporter_queue_size",
    "otelcol_exporter_queue_capacity",
)
# Proof that the rules found what they ask for.
COMPUTED = (
    "process:voice_process_up:timestamp",
    "service:voice_conversations:rate5m",
    "service:voice_turn_response_latency_seconds:p95_5m",
    "service:voice_turn_response_latency_too_long:ratio_increase1h",
    "service:voice_conversations_failed:ratio_increase1h",
    "provider:gen_ai_client_operation_errors:ratio_rate5m",
    "service:voice_turn_interruptions:ratio_increase1h",
    "service:voice_tts_underruns:ratio_increase1h",
)


HABITS = {
    "service:voice_turn_interruptions:ratio_increase1h",
    "service:voice_conversation_dead_air:ratio_increase1h",
    "service:voice_tts_underruns:ratio_increase1h",
}


@pytest.fixture(scope="module")
def calm(stack: WholeStack) -> WholeStack:
    """The stack after a conversation of the demo's agent in which nothing was refused."""
    agent = str(ROOT / "examples/agent.py")
    with Simulators() as simulators:
        inherited = {**os.environ, **healthy_environment(simulators.url)}
        environment = program.environment(inherited, (sys.executable, agent), stack.endpoint, "http/protobuf")
        command = program.instrumented(sys.executable, (agent,))
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    return stack


def present(stack: WholeStack) -> dict[str, list[Any]]:
    """All series that the rules may ask, by name."""
    found: dict[str, list[Any]] = {}
    for one in stack.prometheus_get("query", query=ASKED)["result"]:
        found.setdefault(one["metric"]["__name__"], []).append(one)
    return found


def line(metric: Mapping[str, str], value: float) -> dict[str, str]:
    """A series that goes on for an hour as it began."""
    name = metric["__name__"]
    # The Collector's own labels have dots in their names; promtool takes no such label, and no rule asks for one.
    plain = {key: text for key, text in metric.items() if key.isidentifier() and key != "__name__"}
    labels = ",".join(f"{key}={json.dumps(text)}" for key, text in plain.items())
    return {"series": f"{name}{{{labels}}}", "values": _values(name, metric.get("state", ""), value)}


def _values(name: str, state: str, value: float) -> str:
    if name.startswith("system_") and state:
        healthy = HEALTHY.get(state, 0.01)
        return f"0+{healthy * STEP}x{STEPS}" if name.endswith("_total") else f"{healthy}x{STEPS}"
    if name == "voice_process_up":
        return f"1x{STEPS}"  # the demo's last word was that it ends
    if name.endswith(COUNTERS):
        return f"{value}+{value * SHARE_OF_A_CONVERSATION}x{STEPS}"
    return f"{value}x{STEPS}"


def test_an_hour_of_healthy_traffic_is_silent(calm: WholeStack, tmp_path: Path) -> None:
    """At no step is any alert of the shipped rules firing or pending, and what they ask is there."""
    found = eventually(
        lambda: (series := present(calm)).keys() >= set(NEEDED) and series, f"all of {NEEDED} in Prometheus", 90
    )
    lines = [line(one["metric"], float(one["value"][1])) for series in found.values() for one in series]
    nothing = [{"expr": f"count_over_time(ALERTS[{STEPS * STEP}s])", "eval_time": "1h", "exp_samples": []}]
    computed = [
        {"expr": f"count({record}) > bool 0", "eval_time": "1h", "exp_samples": [{"value": 1}]} for record in COMPUTED
    ]
    test = {
        "rule_files": [str(path) for path in RULES],
        "group_eval_order": [group["name"] for path in order() for group in yaml.safe_load(path.read_text())["groups"]],
        "evaluation_interval": f"{STEP}s",
        "tests": [{"interval": f"{STEP}s", "input_series": lines, "promql_expr_test": [*nothing, *computed]}],
    }
    (tmp_path / "hour.json").write_text(json.dumps(test))
    command = (str(BIN / "promtool"), "test", "rules", "hour.json")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def order() -> list[Path]:
    """What is recorded goes before what asks for it."""
    return sorted(RULES, key=lambda path: path.name != "voice-recording.yml")


def test_every_rule_can_be_evaluated(calm: WholeStack) -> None:
    """With the demo's series Prometheus finds no fault with any rule."""
    evaluated = eventually(lambda: (rules := of_prometheus(calm)) and all_evaluated(rules) and rules, "evaluations", 90)
    assert [f"{rule['name']}: {rule['lastError']}" for rule in evaluated if rule.get("lastError")] == []
    assert len(evaluated) > 60


def of_prometheus(stack: WholeStack) -> list[Any]:
    """Its rules but those of habits, which wait up to five minutes for their first turn."""
    groups = stack.prometheus_get("rules")["groups"]
    return [rule for group in groups for rule in group["rules"] if rule["name"] not in HABITS]


def all_evaluated(rules: list[Any]) -> bool:
    return all(rule["health"] != "unknown" for rule in rules)
