"""What the stack's files promise to one another, without any of the programs."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.stack.binaries import ALERTMANAGER_VERSION, MODULES, ROOT
from tests.stack.private import LEFTOVERS, LOOK_ALIKES, SECRETS
from tools.schema import load

CATEGORIES = {"access", "performance", "error", "security", "audit"}
COLLECTOR = yaml.safe_load((ROOT / "collector/config.yaml").read_text())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_text_outside_attributes_is_lent_to_the_redaction() -> None:
    """Wherever telemetry comes in, it passes the three steps together; no pattern stands in two places."""
    steps = ["transform/lend", "redaction/private", "transform/take_back"]
    for pipeline in COLLECTOR["service"]["pipelines"].values():
        if "otlp" in pipeline["receivers"]:
            start = pipeline["processors"].index(steps[0])
            assert pipeline["processors"][start : start + 3] == steps


@pytest.mark.parametrize("kind", ["trace", "metric", "log"])
def test_what_is_lent_is_taken_back(kind: str) -> None:
    """For each `set(attribute, text)` before the redaction there is `set(text, attribute)` after it."""
    lent, back = (assignments(f"transform/{step}", kind) for step in ("lend", "take_back"))
    assert lent
    assert {(text, attribute) for attribute, text in lent} == back


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_masked(secret: str) -> None:
    """Nothing of it is left, with text around it."""
    masked = redacted(f"said {secret}, and more")
    assert not [left for left in LEFTOVERS if left in masked]
    assert masked.startswith("said")
    assert masked.endswith("and more")


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_a_look_alike_stays(text: str) -> None:
    """Ids, times, versions and addresses are not private because they have many digits."""
    assert redacted(text) == text
    assert redacted(f"the {text} of it") == f"the {text} of it"


def test_no_attribute_of_the_schema_is_masked_by_its_name() -> None:
    """The names that are masked whatever their value are none that we emit."""
    patterns = COLLECTOR["processors"]["redaction/private"]["blocked_key_patterns"]
    names = [attribute.name for attribute in load().attributes]
    assert names
    assert not [name for name in names if any(re.search(pattern, name) for pattern in patterns)]


def test_an_accepted_record_is_never_given_up() -> None:
    """An exporter tries as long as its queue on disk has something; a full queue of audit holds the sender back."""
    for name, exporter in COLLECTOR["exporters"].items():
        queue = exporter["sending_queue"]
        assert exporter["retry_on_failure"]["max_elapsed_time"] == "0s", name
        assert queue["storage"].startswith("file_storage/"), name
        assert queue.get("block_on_overflow", False) == ("compliance" in name)
        assert queue["batch"]["sizer"] == "bytes", name
        assert queue["batch"]["max_size"] < 4 * 1024 * 1024, name


def test_audit_is_on_disk_before_it_is_accepted() -> None:
    """The queue of audit and security logs waits for the disk at each write."""
    storage = COLLECTOR["exporters"]["otlp_http/loki_compliance"]["sending_queue"]["storage"]
    assert COLLECTOR["extensions"][storage]["fsync"]


def test_redaction_fails_closed() -> None:
    """No processor lets the original through when a statement fails."""
    modes = {name: spec.get("error_mode") for name, spec in COLLECTOR["processors"].items() if "/" in name}
    assert {mode for name, mode in modes.items() if name.startswith(("transform/", "filter/"))} == {"propagate"}


def test_a_log_of_unknown_category_is_refused() -> None:
    """The connector that tells audit and security from the rest sends no record the wrong way."""
    assert COLLECTOR["connectors"]["routing/logs"]["error_mode"] == "propagate"


@pytest.mark.parametrize("name", COLLECTOR["service"]["pipelines"])
def test_a_pipeline_that_receives_is_limited_first(name: str) -> None:
    """The memory limit stands before everything else where telemetry comes in."""
    pipeline = COLLECTOR["service"]["pipelines"][name]
    if "otlp" in pipeline["receivers"]:
        assert pipeline["processors"][0] == "memory_limiter"


def test_every_category_with_its_own_retention_is_a_stream() -> None:
    """Loki keeps each category as long as promised; app is the default."""
    limits = yaml.safe_load((ROOT / "stack/loki/loki.yaml").read_text())["limits_config"]
    selectors = " ".join(rule["selector"] for rule in limits["retention_stream"])
    assert all(category in selectors for category in CATEGORIES)
    assert limits["retention_period"] == "30d"


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_confined(name: str) -> None:
    """Read-only, no capabilities to begin with, no new privileges, pinned; ports on the loopback only."""
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "_VERSION:?" in service["image"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"volume-owner"}))
def test_a_service_runs_as_somebody_and_within_memory(name: str) -> None:
    """No lasting service is root, and each has a limit."""
    service = SERVICES[name]
    assert not service["user"].startswith("0")
    assert service["mem_limit"]


def test_every_version_is_pinned() -> None:
    """.env names each image's version, and none is `latest`."""
    lines = (ROOT / ".env").read_text().splitlines()
    pins = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    for service in SERVICES.values():
        variable = service["image"].split("${")[1].split(":?")[0]
        assert pins[variable] not in ("", "latest")


def test_the_images_are_of_the_versions_that_are_built() -> None:
    """The stack test runs what the compose file names; Jaeger is the exception, docs/decisions/0010."""
    pins = (ROOT / ".env").read_text()
    collector = yaml.safe_load((ROOT / "collector/builder-config.yaml").read_text())["dist"]["version"]
    assert f"OTELCOL_VERSION={collector}\n" in pins
    assert f"ALERTMANAGER_VERSION={ALERTMANAGER_VERSION}\n" in pins
    # Prometheus 3.14.0 is the module's v0.314.0.
    major, minor, patch = re.findall(r"PROMETHEUS_VERSION=v(\d+)\.(\d+)\.(\d+)", pins)[0]
    assert f"github.com/prometheus/prometheus v0.{major}{minor}.{patch} " in wrapped("prometheus")
    [loki] = re.findall(r"LOKI_VERSION=(\S+)", pins)
    assert f"github.com/grafana/loki/v3 v{loki} " in wrapped("loki")


def wrapped(module: str) -> str:
    """The go.mod that a program is built with."""
    return (MODULES / module / "go.mod").read_text()


def redacted(text: str) -> str:
    """As the redaction processor does it: each pattern in turn, every match masked."""
    for pattern in COLLECTOR["processors"]["redaction/private"]["blocked_values"]:
        text = re.sub(pattern, "****", text)
    return text


def assignments(processor: str, kind: str) -> set[tuple[str, str]]:
    """The target and the source of each `set` of a transform processor."""
    groups = COLLECTOR["processors"][processor][f"{kind}_statements"]
    lines = [line for group in groups for line in group["statements"] if line.startswith("set(")]
    found = [re.fullmatch(r"set\((\S+?\[.+\]|[^,]+), (.+)\)", line) for line in lines]
    assert all(found), lines
    return {(match[1], match[2]) for match in found if match}
