"""What the files of collector/scale promise to one another and to the stack's, without any of the programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.stack.binaries import ROOT

SCALE = ROOT / "collector" / "scale"
OVERLAYS = sorted(SCALE.glob("*.overlay.yaml"))
QUEUES = {"file_storage/queue", "file_storage/compliance"}


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


BASE = load(ROOT / "collector/config.yaml")
AGENT = load(SCALE / "agent.overlay.yaml")
GATEWAY = load(SCALE / "gateway.overlay.yaml")


def exporters(path: Path) -> list[tuple[str, dict[str, Any]]]:
    content = load(path).get("exporters", {})
    return [(name, one) for name, one in content.items() if "retry_on_failure" in one or "sending_queue" in one]


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: path.name)
def test_an_overlay_changes_only_what_is_there(path: Path) -> None:
    """A pipeline that config.yaml does not have is a slip of the pen; the gateways' own machine is the exception."""
    pipelines = set(load(path).get("service", {}).get("pipelines", {}))
    assert pipelines <= {*BASE["service"]["pipelines"], "metrics/host"}


@pytest.mark.parametrize("path", OVERLAYS, ids=lambda path: path.name)
def test_what_is_accepted_waits_on_disk_until_it_is_taken(path: Path) -> None:
    """Between the tiers nothing is given up, and nothing waits in memory alone."""
    for name, exporter in exporters(path):
        if path.name == "mimir.overlay.yaml":
            continue  # adds to an exporter of config.yaml
        assert exporter["retry_on_failure"]["max_elapsed_time"] == "0s", name
        assert exporter["sending_queue"]["storage"] in QUEUES, name


@pytest.mark.parametrize("name", ["agent.overlay.yaml", "agent-twice.overlay.yaml"])
def test_a_gateway_has_no_queue_in_the_agents_memory(name: str) -> None:
    """What a gateway did not take goes back to the disk, and its retries end, so that another can be asked."""
    for _, exporter in exporters(SCALE / name):
        to_one = exporter["protocol"]["otlp"]
        assert to_one["sending_queue"] == {"enabled": False}
        assert to_one["retry_on_failure"]["max_elapsed_time"] != "0s"


def test_each_signal_is_routed_by_what_must_stay_together() -> None:
    """Spans by trace; points and records by process."""
    keys = {name: exporter["routing_key"] for name, exporter in AGENT["exporters"].items()}
    assert keys == {
        "load_balancing/traces": "traceID",
        "load_balancing/metrics": "resource",
        "load_balancing/logs": "resource",
        "load_balancing/compliance": "resource",
    }


def test_the_points_of_a_process_are_sent_one_request_after_the_other() -> None:
    """Two consumers could let a point overtake an older one of its series."""
    assert AGENT["exporters"]["load_balancing/metrics"]["sending_queue"]["num_consumers"] == 1
    kafka = load(SCALE / "agent-kafka.overlay.yaml")["exporters"]
    assert kafka["kafka/metrics"]["sending_queue"]["num_consumers"] == 1


@pytest.mark.parametrize("name", ["agent.overlay.yaml", "agent-kafka.overlay.yaml"])
def test_audit_and_security_hold_the_sender_back(name: str) -> None:
    """Rather than be refused when the queue is full."""
    [queue] = [one["sending_queue"] for label, one in exporters(SCALE / name) if label.endswith("/compliance")]
    assert queue["block_on_overflow"]
    assert queue["storage"] == "file_storage/compliance"


def test_agents_redact_and_count_nothing() -> None:
    """What leaves a host has been redacted; spans are counted where a trace is whole."""
    pipelines = AGENT["service"]["pipelines"]
    assert not any("processors" in pipelines[name] for name in pipelines if name.endswith(("/in", "/app")))
    assert "span_metrics" not in pipelines["traces/in"]["exporters"]


def test_a_gateway_counts_spans_before_it_samples() -> None:
    """The pipeline that counts is not the one that samples."""
    assert "span_metrics" in BASE["service"]["pipelines"]["traces/in"]["exporters"]
    assert "exporters" not in GATEWAY["service"]["pipelines"]["traces/in"]
    sampling = load(ROOT / "collector/sampling.overlay.yaml")["service"]["pipelines"]
    assert list(sampling) == ["traces/out"]


def test_each_gateway_writes_series_of_its_own() -> None:
    """The label that tells writers apart is there, and it is the gateway's lasting name."""
    assert GATEWAY["connectors"]["span_metrics"]["exclude_dimensions"] == []
    attributes = GATEWAY["service"]["telemetry"]["resource"]["attributes"]
    values = {attribute["name"]: attribute["value"] for attribute in attributes}
    assert values["collector.instance.id"] == values["service.instance.id"]
    assert "OTELCOL_INSTANCE_ID" in values["collector.instance.id"]


def test_kafka_keeps_together_what_a_gateway_needs_together() -> None:
    """A trace is one partition's, a process likewise; written is what the replicas have, read is what is on disk."""
    for name, exporter in load(SCALE / "agent-kafka.overlay.yaml")["exporters"].items():
        assert exporter["partition_traces_by_id"], name
        assert exporter["partition_metrics_by_resource_attributes"], name
        assert exporter["partition_logs_by_resource_attributes"], name
        assert exporter["producer"]["required_acks"] == -1, name
    receivers = load(SCALE / "gateway-kafka.overlay.yaml")["receivers"].values()
    assert all(receiver["message_marking"]["after"] for receiver in receivers)
    assert all(receiver["error_backoff"]["max_elapsed_time"] == "0s" for receiver in receivers)


def test_each_signal_is_read_by_a_group_of_its_own() -> None:
    """A gateway has one name in a group, and its readers of other signals would take it from one another."""
    receivers = load(SCALE / "gateway-kafka.overlay.yaml")["receivers"]
    assert len({receiver["group_id"] for receiver in receivers.values()}) == len(receivers) == 3


def test_kafka_is_read_where_it_is_written() -> None:
    """Every topic that agents write is one that gateways read."""
    agent = load(SCALE / "agent-kafka.overlay.yaml")["exporters"]
    gateway = load(SCALE / "gateway-kafka.overlay.yaml")["receivers"]
    for signal in ("traces", "metrics", "logs"):
        written = {exporter[signal]["topic"] for exporter in agent.values()}
        assert written == set(gateway[f"kafka/{signal}"][signal]["topics"])


def test_loki_keeps_on_object_storage_what_it_keeps_on_a_disk() -> None:
    """The limits of the one machine hold, whatever more there is: labels, retention, questions over years."""
    here, there = load(SCALE / "loki.yaml"), load(ROOT / "stack/loki/loki.yaml")
    for name, value in there["limits_config"].items():
        assert here["limits_config"].get(name) == value, name
    assert here["schema_config"]["configs"][0]["schema"] == there["schema_config"]["configs"][0]["schema"]
    assert here["compactor"]["retention_enabled"]
    assert here["compactor"]["delete_request_store"] == here["schema_config"]["configs"][0]["object_store"]


def test_prometheus_differs_only_where_it_says_so() -> None:
    """The file that writes on is the one-machine file with another place to keep and more to scrape."""
    here, there = load(SCALE / "prometheus-remote-write.yml"), load(ROOT / "stack/prometheus/prometheus.yml")
    assert here.pop("remote_write")
    for content in (here, there):
        content["storage"]["tsdb"].pop("retention")
        content["global"].pop("external_labels")
        content["scrape_configs"] = [job["job_name"] for job in content["scrape_configs"]]
    assert here == there


@pytest.mark.parametrize("storage", ["clickhouse", "opensearch"])
def test_jaeger_accepts_no_span_into_memory(storage: str) -> None:
    """No batch processor, which answers before the storage has it; and the password is in a file."""
    path = SCALE / f"jaeger-{storage}.yaml"
    content = load(path)
    assert content["service"]["pipelines"]["traces"]["processors"] == ["memory_limiter"]
    assert (
        content["extensions"]["jaeger_query"]["storage"]["metrics"]
        in content["extensions"]["jaeger_storage"]["metric_backends"]
    )
    assert f"{storage}_password" in path.read_text()
