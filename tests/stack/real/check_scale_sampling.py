"""Tail sampling over two gateways: whole conversations are kept or dropped, and what a kill costs is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.stack.real.calls import Call
from tests.stack.real.programs import eventually
from tests.stack.real.sink import text
from tests.stack.real.tiers import Gateway, Tier, addresses, agent
from tests.stack.real.traffic import Tiers, Traffic

pytestmark = pytest.mark.timeout(300)

COUNTED = "traces.span.metrics.calls"
UNSET = "STATUS_CODE_UNSET"
TURNS = range(4, 0, -1)
SAMPLING = ("sampling.overlay.yaml", "scale/conversations.overlay.yaml")

KEPT = {
    "failed": Call("failed", failed=True),
    "slow": Call("slow", marks={"voice.turn.response.latency": 3.5}),
    "interrupted turn": Call("interrupted turn", marks={"voice.turn.interrupted": True}),
    "interrupted answer": Call("interrupted answer", marks={"voice.interrupted": True}),
}
PLAIN = [Call(f"plain {number}", marks={"voice.turn.response.latency": 0.8}) for number in range(60)]


@pytest.fixture(scope="module")
def tiers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiers]:
    folder = tmp_path_factory.mktemp("sampled")
    gateways = tuple(Gateway(folder, f"gateway-{number}", *SAMPLING) for number in (1, 2))
    made = Tiers((agent(folder, "agent-1", gateways), agent(folder, "agent-2", gateways)), gateways)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def decided(tiers: Tiers) -> Tiers:
    """Every kind of conversation, spread over both agents and hung up; the decisions have been made."""
    calls = [*KEPT.values(), *PLAIN]
    _send(tiers.agents, calls, TURNS, [0])
    eventually(lambda: _decisions(tiers.gateways) >= len(calls), f"{len(calls)} decisions")
    return tiers


@pytest.mark.parametrize("kind", KEPT)
def test_what_somebody_will_look_for_is_kept_whole(decided: Tiers, kind: str) -> None:
    """One such turn keeps every span of its conversation, also those that came before it and by the other agent."""
    eventually(lambda: KEPT[kind].span_ids() <= decided.span_ids(), f"every span of {kind}")


def test_the_rest_is_kept_or_dropped_as_whole_conversations(decided: Tiers) -> None:
    """About a tenth stays; of no conversation a part."""
    arrived = decided.span_ids()
    shares = [len(call.span_ids() & arrived) for call in PLAIN]
    assert set(shares) == {0, 5}
    assert 0 < shares.count(5) <= len(PLAIN) / 4


def test_span_metrics_count_what_was_dropped(decided: Tiers) -> None:
    """Rates and durations come before the sampling."""
    turns = 4 * (len(PLAIN) + len(KEPT))

    def counted() -> int:
        newest = {
            text(point.attributes, "collector.instance.id"): point.as_int
            for gateway in decided.gateways
            for _, point in gateway.sink.points(COUNTED)
            if text(point.attributes, "span.name") == "turn" and text(point.attributes, "status.code") == UNSET
        }
        return sum(newest.values())

    eventually(lambda: counted() == turns - 1, "every turn but the failed one in the span metrics")


def test_a_kill_costs_no_more_than_the_undecided(tiers: Tiers, record_property: Callable[[str, object], None]) -> None:
    """Tail sampling waits in memory: killed with -9, a gateway takes its own undecided spans along, no others."""
    victim, other = tiers.gateways
    decided, undecided = _failed_calls("decided", 10), _failed_calls("undecided", 40)
    _send(tiers.agents, decided, TURNS, [0])
    eventually(lambda: _spans(decided) <= tiers.span_ids(), "the conversations that were decided before the kill")
    _send(tiers.agents, undecided, TURNS)
    eventually(lambda: _waiting(tiers.gateways) == len(undecided), "the undecided ones in memory")
    spared = _waiting([other])
    with Traffic(tiers.agents, "beside") as traffic:
        traffic.more(10)
        victim.tier.program.kill()
        traffic.more(10)
        victim.tier.program.start()
        traffic.more(10)
    _send(tiers.agents, undecided, [0])
    eventually(lambda: len(_whole(undecided, other)) == spared, f"the {spared} whole ones of the other gateway")
    record_property("lost", f"{len(undecided) - spared} of {len(undecided)} undecided conversations")
    assert _spans(decided) <= tiers.span_ids()
    eventually(lambda: traffic.lost(tiers)[1:] == (0, 0), "every log record and point")


def test_two_groups_lose_nothing_that_is_kept(tmp_path: Path) -> None:
    """Each span to two groups of gateways: when one dies with the undecided in memory, the other has them too."""
    first = Gateway(tmp_path, "first", *SAMPLING)
    again = Gateway(tmp_path, "again", "scale/gateway-again.overlay.yaml", *SAMPLING)
    twice = agent(tmp_path, "twice", [first], "scale/agent-twice.overlay.yaml", GATEWAYS_AGAIN=addresses([again]))
    tiers = Tiers((twice,), (first, again))
    calls = _failed_calls("twice", 20)
    try:
        tiers.start()
        _send(tiers.agents, calls, TURNS)
        eventually(lambda: _waiting(tiers.gateways) == 2 * len(calls), "the undecided ones in both memories")
        first.tier.program.kill()
        first.tier.program.start()
        _send(tiers.agents, calls, [0])
        eventually(lambda: _spans(calls) <= tiers.span_ids(), "every span of every conversation")
        assert not again.sink.points(COUNTED)
    finally:
        tiers.stop()


def _failed_calls(name: str, number: int) -> list[Call]:
    return [Call(f"{name} {one}", failed=True) for one in range(number)]


def _spans(calls: Sequence[Call]) -> set[bytes]:
    return set().union(*(call.span_ids() for call in calls))


def _send(agents: Sequence[Tier], calls: Sequence[Call], *numbers: Sequence[int]) -> None:
    for number in (number for some in numbers for number in some):
        for call in calls:
            assert agents[number % len(agents)].accepts("traces", call.span(number))


def _whole(calls: Sequence[Call], gateway: Gateway) -> list[Call]:
    arrived = gateway.span_ids()
    return [call for call in calls if call.span_ids() <= arrived]


def _waiting(gateways: Sequence[Gateway]) -> int:
    """Traces in memory that have no decision."""
    return sum(_own(gateway, "otelcol_processor_tail_sampling_sampling_traces_on_memory") for gateway in gateways)


def _decisions(gateways: Sequence[Gateway]) -> int:
    return sum(_own(gateway, "otelcol_processor_tail_sampling_global_count_traces_sampled") for gateway in gateways)


def _own(gateway: Gateway, name: str) -> int:
    lines = gateway.tier.own_metrics().splitlines()
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in lines if line.startswith(name))
