"""What the compose files promise to one another, without an engine; Docker Compose reads them where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from otel_voice.stack.shipped import PARTS
from tests.stack.binaries import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class Loader(yaml.SafeLoader):
    """Reads Compose's `!override`, which says that a list is replaced and not added to."""


Loader.add_constructor("!override", lambda loader, node: {"override": loader.construct_sequence(node)})

BASE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
SECURE: dict[str, Any] = yaml.load((ROOT / "docker-compose.secure.yml").read_text(), Loader)["services"]
CONFIGURED = ("otel-collector", "jaeger", "prometheus", "alertmanager", "loki")
FILES = (["docker-compose.yml"], ["docker-compose.yml", "docker-compose.secure.yml"])


@pytest.mark.parametrize("name", CONFIGURED)
def test_a_configuration_is_read_before_its_program_starts(name: str) -> None:
    """A mistake ends `up`; the program, which is started again when it ends, never sees it."""
    check = BASE[f"{name}-check"]
    assert BASE[name]["depends_on"][f"{name}-check"] == {"condition": "service_completed_successfully"}
    assert (check["restart"], BASE[name]["restart"]) == ("no", "unless-stopped")
    assert check["image"] == BASE[name]["image"]
    assert [one for one in check["volumes"] if isinstance(one, dict)] == [
        one for one in BASE[name]["volumes"] if isinstance(one, dict)
    ]


def test_a_missing_file_is_an_error() -> None:
    """Docker makes no folder where one of our files is missing."""
    binds = [one for service in BASE.values() for one in service.get("volumes", []) if isinstance(one, dict)]
    assert {one["type"] for one in binds} == {"bind"}
    assert {one["bind"]["create_host_path"] for one in binds} == {False}
    assert all((ROOT / one["source"]).is_dir() for one in binds)
    assert not [one for service in BASE.values() for one in service.get("volumes", []) if str(one).startswith(".")]


@pytest.mark.parametrize("name", sorted(set(SECURE) - set(BASE)))
def test_a_check_of_the_secrets_is_confined(name: str) -> None:
    """It sees the secrets, and has nothing else: no network, no rights, nothing to write to."""
    check = SECURE[name]
    assert (check["network_mode"], check["read_only"], check["cap_drop"], check["restart"]) == (
        "none",
        True,
        ["ALL"],
        "no",
    )
    assert not check["user"].startswith("0")
    assert check["mem_limit"] and "no-new-privileges:true" in check["security_opt"]


def test_other_machines_come_in_only_with_tokens() -> None:
    """The file that listens elsewhere is the one that adds TLS and tokens; without OTLP_BIND it is the loopback."""
    collector = SECURE["otel-collector"]
    assert all(port.startswith("${OTLP_BIND:-127.0.0.1}:") for port in collector["ports"]["override"])
    assert "tls-auth.overlay.yaml" in collector["command"]
    assert SECURE["otel-collector-check"]["command"] == f"validate {collector['command']}"
    assert (
        collector["command"].replace(" --config=/etc/otelcol/tls-auth.overlay.yaml", "")
        == (BASE["otel-collector"]["command"])
    )


def test_the_wheel_has_every_part() -> None:
    """What `stack init` writes is what pyproject.toml puts into the wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    shipped = {inside: here for here, inside in included.items() if inside.startswith("otel_voice/stack/files/")}
    assert shipped == {f"otel_voice/stack/files/{part}": part for part in PARTS}


@pytest.mark.parametrize("files", FILES, ids=" ".join)
def test_docker_compose_reads_the_files(files: list[str], tmp_path: Path) -> None:
    """`docker compose config` accepts them, alone and together."""
    if not compose_is_installed():
        pytest.skip("Docker Compose is not installed")
    options = [option for file in files for option in ("--file", str(ROOT / file))]
    command = ("docker", "compose", *options, "--env-file", str(ROOT / ".env"), "config", "--quiet")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def compose_is_installed() -> bool:
    return (
        shutil.which("docker") is not None
        and subprocess.run(("docker", "compose", "version"), capture_output=True, check=False).returncode == 0
    )
