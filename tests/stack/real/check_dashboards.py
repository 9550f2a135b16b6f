"""Every query of every panel, asked of the real backends after the demo and a bad day: each finds data.

Grafana itself is not there (it is in no registry of packages); what it would ask is asked as it would ask it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.monitoring.asked import Asked, dashboards, everything_asked, substituted
from tests.monitoring.known import KNOWN, ONLY_SOMETIMES
from tests.stack.binaries import BIN
from tests.stack.real.grafana import EVERYTHING, OWN, Grafana
from tests.stack.real.otlp import counter, log, logs
from tests.stack.real.programs import eventually
from tests.stack.real.whole import WholeStack

pytestmark = pytest.mark.timeout(400)

CONVERSATION = "voice-conversation"
PROMETHEUS = everything_asked("prometheus")
OF_ALL = [asked for asked in (*PROMETHEUS, *everything_asked("loki")) if asked.dashboard != CONVERSATION]
OF_ONE = [
    asked
    for kind in ("prometheus", "loki", "jaeger")
    for asked in everything_asked(kind)
    if asked.dashboard == CONVERSATION
]
THE_DEMO = {**EVERYTHING, "service": "agent", "environment": "development"}
OF_THE_DEMO = [asked for asked in OF_ALL if asked.dashboard == "voice-turn-latency"]


@pytest.fixture(scope="module")
def stack_after(demo: WholeStack) -> WholeStack:
    """The stack after the demo agent's conversation and after the program in which everything goes wrong."""
    command = (sys.executable, "-m", "otel_voice.cli.main", "demo", "--faults", "--endpoint", demo.endpoint)
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return demo


@pytest.fixture(scope="module")
def grafana(stack_after: WholeStack) -> Grafana:
    ports = stack_after.ports
    return Grafana(*(f"http://127.0.0.1:{ports[name]}" for name in ("prometheus", "loki", "jaeger")))


@pytest.fixture(scope="module")
def conversations(stack_after: WholeStack) -> list[Mapping[str, str]]:
    """What may be in the boxes of the dashboard of one conversation: those with turns, and those with audit records."""
    answered = '{voice_log_category="performance"} | voice_turn_response_latency!=""'
    audited = '{voice_log_category="audit"} | voice_conversation_id!=""'
    found = [one for query in (answered, audited) for one in _found(stack_after, query)]
    return list({one["conversation"]: one for one in found}.values())


def _found(stack: WholeStack, query: str) -> Iterator[Mapping[str, str]]:
    for one in eventually(lambda: stack.log_streams(query), f"records of {query}"):
        labels = one["stream"]
        named = {"conversation": "voice_conversation_id", "trace": "trace_id", "service": "service_name"}
        yield {**EVERYTHING, **{name: labels[label] for name, label in named.items()}}


@pytest.mark.parametrize("asked", OF_ALL, ids=str)
def test_a_panel_has_data(grafana: Grafana, asked: Asked) -> None:
    """With All chosen everywhere."""
    eventually(lambda: grafana.answers(asked, EVERYTHING), f"data for {asked}", 30)


@pytest.mark.parametrize("asked", OF_THE_DEMO, ids=str)
def test_a_panel_has_data_of_one_service(grafana: Grafana, asked: Asked) -> None:
    """With one service and one environment chosen: the demo's agent had slow turns, an interruption and a voice."""
    eventually(lambda: grafana.answers(asked, THE_DEMO), f"data for {asked}", 30)


def test_another_environment_is_another(grafana: Grafana) -> None:
    """Nothing of the demo is shown where an environment is chosen in which it did not run."""
    elsewhere = {**THE_DEMO, "environment": "production"}
    assert not [str(asked) for asked in OF_THE_DEMO if grafana.answers(asked, elsewhere)]


@pytest.mark.parametrize("asked", OF_ONE, ids=str)
def test_a_panel_of_one_conversation_has_data(
    grafana: Grafana, conversations: list[Mapping[str, str]], asked: Asked
) -> None:
    """There is a conversation of which it shows something; not each has every stage, or records of audit."""
    eventually(lambda: any(grafana.answers(asked, one) for one in conversations), f"data for {asked}")


@pytest.mark.parametrize("dashboard", dashboards(), ids=lambda one: one["uid"])
def test_a_variable_has_values(stack_after: WholeStack, dashboard: dict[str, Any]) -> None:
    """Each choice at the top has something to choose."""
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            selector, _, label = variable["definition"].removeprefix("label_values(").removesuffix(")").rpartition(", ")
            matching = {"match[]": substituted(selector, {**OWN, **EVERYTHING})}
            assert stack_after.prometheus_get(f"label/{label}/values", **matching), variable["name"]


def test_narrowing_to_a_provider_leaves_only_it(grafana: Grafana) -> None:
    """A provider that is chosen is the only one that is shown."""
    [calls] = [one for one in PROMETHEUS if str(one) == "voice-providers: Language models: calls (A)"]
    assert grafana.answers(calls, {**EVERYTHING, "provider": "openai"})
    assert not grafana.answers(calls, {**EVERYTHING, "provider": "deepgram"})


@pytest.mark.parametrize("name", sorted(KNOWN.keys() - ONLY_SOMETIMES.keys()))
def test_a_known_metric_is_there(stack_after: WholeStack, name: str) -> None:
    """Of those that are not ours: its program tells it, with each label that dashboards may use."""
    found = eventually(lambda: stack_after.prometheus_get("series", **{"match[]": name}), name)
    assert {label for one in found for label in one} >= KNOWN[name] - {"le", "service_name"}


@pytest.mark.parametrize("name", sorted(ONLY_SOMETIMES))
def test_a_metric_that_is_not_always_there_is_its_programs(name: str) -> None:
    """Nothing was lost and nobody was told, so that it is not there now; but its program has the name in it."""
    program, _, rest = name.partition("_")
    assert rest.removesuffix("_total").encode() in (BIN / program).read_bytes()


def test_the_slowest_of_many_turns_are_found(grafana: Grafana, stack_after: WholeStack) -> None:
    """More turns than Loki gives series to one answer: the slowest are found all the same."""
    category = {"voice.log.category": "performance", "voice.conversation.id": "by-hand"}
    turns = (
        {
            **category,
            "event.name": "voice.turn.completed",
            "voice.turn.index": f"{turn}",
            "voice.turn.response.latency": "9",
        }
        for turn in range(1200)
    )
    stack_after.send("logs", logs(*(log("turn completed", turn) for turn in turns)))
    [slowest] = [one for one in everything_asked("loki") if one.panel == "Slowest turns"]
    by_hand = {**EVERYTHING, "service": "by-hand"}
    eventually(lambda: len(grafana.answers(slowest, by_hand)) == 20, "the 20 slowest turns of 1,200")


def test_the_first_of_a_counter_counts(stack_after: WholeStack) -> None:
    """One error, told once: Prometheus knows when its series began, and that it was 0 then."""
    begun = str(time.time_ns() - 10 * 10**9)
    stack_after.send("metrics", counter("voice.first", {}, startTimeUnixNano=begun))
    query = "sum(increase(voice_first_total[5m]))"

    def counted() -> bool:
        return any(float(one["value"][1]) >= 1 for one in stack_after.prometheus_get("query", query=query)["result"])

    eventually(counted, f"{query} to be 1")
