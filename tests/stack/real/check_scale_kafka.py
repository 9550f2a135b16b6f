"""Kafka between the tiers, against a broker that speaks its protocol: together what must be together, nothing lost."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.stack.binaries import BIN
from tests.stack.real.programs import eventually, free_port
from tests.stack.real.tiers import Gateway, agent
from tests.stack.real.traffic import Tiers, Traffic

pytestmark = pytest.mark.timeout(300)

TOPICS = ("otlp_spans", "otlp_metrics", "otlp_logs", "otlp_logs_compliance")
PARTITIONS = 8


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """Where the broker is, as KAFKA_BROKERS takes it."""
    port = free_port()
    with subprocess.Popen((str(BIN / "kfake"), str(port), str(PARTITIONS), *TOPICS)) as process:
        eventually(lambda: not _refused(port), "the broker")
        yield json.dumps([f"127.0.0.1:{port}"])
        process.terminate()


@pytest.fixture(scope="module")
def tiers(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiers]:
    folder = tmp_path_factory.mktemp("kafka")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KAFKA_BROKERS", broker)
        gateways = tuple(Gateway(folder, f"gateway-{one}", "scale/gateway-kafka.overlay.yaml") for one in (1, 2))
        agents = tuple(agent(folder, f"agent-{one}", gateways, "scale/agent-kafka.overlay.yaml") for one in (1, 2))
    made = Tiers(agents, gateways)
    try:
        made.start()
        with Traffic(agents, "until each gateway has its partitions"):
            eventually(lambda: all(gateway.trace_ids() for gateway in gateways), "spans at both gateways")
        yield made
    finally:
        made.stop()


def test_everything_arrives_and_a_conversation_at_one_gateway(tiers: Tiers) -> None:
    """Spans of one trace, from two agents, are one partition's; both gateways have some of the partitions."""
    with Traffic(tiers.agents, "through Kafka") as traffic:
        traffic.more(60)
    eventually(lambda: traffic.lost(tiers) == (0, 0, 0), "everything accepted", 120)
    sent = {traffic.call(number).trace_id for number in range(traffic.calls)}
    first, second = (gateway.trace_ids() & sent for gateway in tiers.gateways)
    assert first and second
    assert not first & second


def test_a_killed_gateway_loses_nothing(tiers: Tiers, record_property: Callable[[str, object], None]) -> None:
    """Killed with -9 under traffic: it finds its partitions again and reads on from what its disk had."""
    with Traffic(tiers.agents, "killed at Kafka") as traffic:
        traffic.more(20)
        tiers.gateways[0].tier.program.kill()
        traffic.more(40)
        tiers.gateways[0].tier.program.start()
        traffic.more(10)
    eventually(lambda: traffic.lost(tiers) == (0, 0, 0), "everything accepted", 150)
    record_property("doubled", traffic.doubled(tiers))


def _refused(port: int) -> int:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port))
