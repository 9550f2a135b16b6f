"""Every configuration file is accepted by its own program."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.stack.binaries import BIN, ROOT

OVERLAYS = (None, "tls-auth", "sampling", "debug")


def accepted(*command: str, **environment: str) -> None:
    done = subprocess.run(
        (str(BIN / command[0]), *command[1:]),
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_collector_accepts(overlay: str | None, tmp_path: Path) -> None:
    """`otelcol validate`, alone and with each overlay."""
    files = ["collector/config.yaml"] + ([] if overlay is None else [f"collector/{overlay}.overlay.yaml"])
    accepted("otelcol", "validate", *(f"--config={file}" for file in files), OTELCOL_QUEUE_DIR=str(tmp_path))


def test_prometheus_accepts() -> None:
    """`promtool check config`, with the rules."""
    accepted("promtool", "check", "config", "stack/prometheus/prometheus.yml")


def test_alertmanager_accepts() -> None:
    """`amtool check-config`."""
    accepted("amtool", "check-config", "stack/alertmanager/alertmanager.yml")


def test_loki_accepts() -> None:
    """`loki -verify-config`."""
    accepted("loki", "-config.file=stack/loki/loki.yaml", "-verify-config")


def test_jaeger_accepts() -> None:
    """`jaeger validate`."""
    accepted("jaeger", "validate", "--config=stack/jaeger/config.yaml")
