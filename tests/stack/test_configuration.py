"""What the stack's files promise to one another, without any of the programs."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.stack.binaries import ROOT

CATEGORIES = {"access", "performance", "error", "security", "audit"}
COLLECTOR = yaml.safe_load((ROOT / "collector/config.yaml").read_text())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_both_redactions_look_for_the_same() -> None:
    """The pattern for the places the redaction processor leaves alone is its own list, joined."""
    processors = COLLECTOR["processors"]
    joined = "|".join(f"(?:{pattern})" for pattern in processors["redaction/private"]["blocked_values"])
    gaps = processors["transform/private_gaps"]
    statements = [line for kind in ("trace", "metric", "log") for line in gaps[f"{kind}_statements"]]
    assert all(joined.replace("\\", "\\\\") in statement for statement in statements)


def test_redaction_fails_closed() -> None:
    """No processor lets the original through when a statement fails."""
    modes = {name: spec.get("error_mode") for name, spec in COLLECTOR["processors"].items() if "/" in name}
    assert {mode for name, mode in modes.items() if name.startswith(("transform/", "filter/"))} == {"propagate"}


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


def test_the_image_is_of_the_version_that_is_built() -> None:
    """The Collector of the compose file is the one that the stack test runs."""
    built = yaml.safe_load((ROOT / "collector/builder-config.yaml").read_text())["dist"]["version"]
    assert f"OTELCOL_VERSION={built}\n" in (ROOT / ".env").read_text()
