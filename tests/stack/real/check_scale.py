"""Two agents, two gateways: each conversation to one gateway, and a killed gateway loses nothing that was accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.stack.real.calls import Call, point, record
from tests.stack.real.programs import eventually, free_port
from tests.stack.real.sink import text
from tests.stack.real.tiers import Gateway, Names, Tier, agent
from tests.stack.real.traffic import Tiers, Traffic

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def tiers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiers]:
    folder = tmp_path_factory.mktemp("tiers")
    gateways = (Gateway(folder, "gateway-1"), Gateway(folder, "gateway-2"))
    made = Tiers((agent(folder, "agent-1", gateways), agent(folder, "agent-2", gateways)), gateways)
    try:
        made.start()
        yield made
    finally:
        made.stop()


CALLS = [Call(f"routed {number}") for number in range(100)]


@pytest.fixture(scope="module")
def routed(tiers: Tiers) -> Tiers:
    """A hundred conversations, each span in a request of its own, from one agent and the other by turns."""
    for call in CALLS:
        for number in range(call.turns + 1):
            assert tiers.agents[number % 2].accepts("traces", call.span(number))
    expected = set().union(*(call.span_ids() for call in CALLS))
    eventually(lambda: expected <= tiers.span_ids(), "every span behind a gateway")
    return tiers


def test_a_conversation_reaches_one_gateway(routed: Tiers) -> None:
    """Whichever agent took a span, it arrives where the rest of its trace arrives."""
    first, second = (gateway.trace_ids() for gateway in routed.gateways)
    assert not first & second


def test_conversations_are_spread(routed: Tiers) -> None:
    """No gateway takes all of them."""
    assert all(len(gateway.trace_ids()) >= len(CALLS) / 5 for gateway in routed.gateways)


def test_each_gateway_counts_spans_under_its_own_name(routed: Tiers) -> None:
    """A series has one writer, and the writers together count every span once."""
    calls = "traces.span.metrics.calls"

    def counted() -> dict[str, int]:
        newest = {
            (text(point.attributes, "collector.instance.id"), text(point.attributes, "span.name")): point.as_int
            for gateway in routed.gateways
            for _, point in gateway.sink.points(calls)
        }
        sums: Counter[str] = Counter()
        for (instance, _), value in newest.items():
            sums[instance] += value
        return dict(sums)

    sent = sum(len(call.span_ids()) for call in CALLS)
    eventually(lambda: sum(counted().values()) == sent, f"{sent} spans in the span metrics")
    assert set(counted()) == {"gateway-1", "gateway-2"}
    for gateway, name in zip(routed.gateways, ("gateway-1", "gateway-2"), strict=True):
        writers = {text(point.attributes, "collector.instance.id") for _, point in gateway.sink.points(calls)}
        assert writers == {name}


def test_the_points_of_a_process_reach_one_gateway_in_order(tiers: Tiers) -> None:
    """Prometheus refuses a point older than the newest of its series, so that none may overtake another."""
    processes = [f"process-{number}" for number in range(20)]
    # With a backlog, which is when one could.
    for gateway in tiers.gateways:
        gateway.tier.program.stop()
    for value in range(1, 11):
        for process in processes:
            assert tiers.agents[0].accepts("metrics", point("ordered", process, value))
    for gateway in tiers.gateways:
        gateway.tier.program.start()
    arrived = [gateway.sink.points for gateway in tiers.gateways]
    eventually(lambda: sum(len(points("ordered")) for points in arrived) >= 200, "200 points")
    for process in processes:
        at_each = [
            [point.as_int for resource, point in points("ordered") if _process(resource) == process]
            for points in arrived
        ]
        assert sorted(at_each) == [[], list(range(1, 11))]
    assert all(points("ordered") for points in arrived)


def test_private_data_is_gone_before_the_gateway(tiers: Tiers) -> None:
    """Agents redact, and everything comes through an agent."""
    assert tiers.agents[0].accepts("logs", record("call me at +49 170 1234567, planted", "app"))
    [body] = eventually(lambda: [body for body in tiers.logs() if "planted" in body], "the planted record")
    assert "1234567" not in body


@pytest.mark.parametrize("gateways_take", [True, False])
def test_a_killed_agent_hands_over_what_it_had_accepted(tiers: Tiers, gateways_take: bool) -> None:
    """Killed with what it took still on its disk, whether or not a gateway was there to take it."""
    call, body = Call(f"agent killed {gateways_take}"), f"agent killed {gateways_take}"
    victim = tiers.agents[1]
    if not gateways_take:
        for gateway in tiers.gateways:
            gateway.tier.program.stop()
    assert all(victim.accepts("traces", call.span(number)) for number in range(call.turns + 1))
    assert victim.accepts("logs", record(body, "audit"))
    victim.program.kill()
    if not gateways_take:
        for gateway in tiers.gateways:
            gateway.tier.program.start()
    victim.program.start()
    eventually(lambda: call.span_ids() <= tiers.span_ids() and body in tiers.logs(), "what the agent had accepted", 120)


@pytest.mark.parametrize("engines_answer", [True, False])
def test_a_killed_gateway_loses_nothing(
    tiers: Tiers, engines_answer: bool, record_property: Callable[[str, object], None]
) -> None:
    """Killed with -9 under traffic, with and without a queue on its disk: once it is back, all accepted is there."""
    victim = tiers.gateways[0]
    with Traffic(tiers.agents, f"killed {engines_answer}") as traffic:
        if not engines_answer:
            victim.traces.stop()
        traffic.more(40)
        victim.tier.program.kill()
        traffic.more(40)
        victim.tier.program.start()
        if not engines_answer:
            victim.traces.start()
        traffic.more(20)
    eventually(lambda: traffic.lost(tiers) == (0, 0, 0), "everything accepted", 150)
    record_property("doubled", traffic.doubled(tiers))


@pytest.mark.skipif(not Names.possible(), reason="needs a mount namespace for a hosts file of the agent's own")
def test_a_gateway_that_left_is_gone_round(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Found by name: when a killed gateway's address is gone, what was meant for it goes to another."""
    port, names = free_port(), Names(tmp_path)
    places = ({"host": "127.0.0.1", "port": port}, {"host": "127.0.0.2", "port": port})
    stays, leaves = (Gateway(tmp_path, f"named-{number}", **place) for number, place in enumerate(places))
    by_name = f'{{dns: {{hostname: gateways, port: "{port}", interval: 1s}}}}'
    one = Tier(tmp_path, "agent", ("scale/agent.overlay.yaml",), {"GATEWAYS": by_name}, before=names.before)
    tiers = Tiers((one,), (stays, leaves))
    names.are("127.0.0.1", "127.0.0.2")
    try:
        tiers.start()
        with Traffic(tiers.agents, "renamed") as traffic:
            traffic.more(40)
            eventually(lambda: stays.trace_ids() and leaves.trace_ids(), "conversations at both")
            leaves.tier.program.kill()
            before = traffic.calls
            traffic.more(40)
            names.are("127.0.0.1")
            traffic.more(20)
        after = {span for number in range(before + 1, traffic.calls) for span in traffic.call(number).span_ids()}
        eventually(lambda: after <= stays.span_ids(), "every later conversation at the gateway that stayed", 120)
        record_property("doubled", traffic.doubled(tiers))
        leaves.tier.program.start()
        eventually(lambda: traffic.lost(tiers) == (0, 0, 0), "everything accepted", 120)
    finally:
        tiers.stop()


def _process(resource: object) -> str:
    return text(getattr(resource, "attributes"), "service.instance.id")  # noqa: B009
