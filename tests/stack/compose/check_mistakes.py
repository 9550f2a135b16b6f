"""What somebody can get wrong: one message that names it, and nothing that is started again and again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stack.compose.check_overlays import make_secrets
from tests.stack.compose.project import Project, needs

pytestmark = pytest.mark.timeout(300)

SECURE = {"COMPOSE_FILE": "docker-compose.yml:docker-compose.secure.yml"}


@pytest.fixture
def mistaken(tmp_path: Path) -> Iterator[Project]:
    """A stack that was never up, to be spoiled by a test."""
    made = Project(tmp_path / "stack", "otel-voice-mistake")
    yield made
    (made.folder / ".env").write_text("".join(f"{line}\n" for line in good_lines()))
    made.down("--volumes", "--remove-orphans")


def good_lines() -> list[str]:
    """The shipped .env, with which `down` works whatever the test did to it."""
    from otel_voice.stack.shipped import files

    return files()[".env"].decode().splitlines()


def refused(project: Project) -> str:
    """What `up` says when it refuses; no container was started twice."""
    done = project.up()
    assert done.returncode != 0, done.stdout
    assert not any(one["RestartCount"] for one in project.states().values())
    return done.stdout


@pytest.mark.parametrize(
    "variable, value, said",
    [
        ("OTLP_GRPC_PORT", "abc", "abc"),
        ("LOKI_PORT", "99999", "99999"),
        ("JAEGER_VERSION", "", "JAEGER_VERSION is missing a value: see .env"),
        ("COMPOSE_FILE", "docker-compose.yml:docker-compose.secret.yml", "docker-compose.secret.yml"),
    ],
)
def test_a_value_that_compose_refuses(mistaken: Project, variable: str, value: str, said: str) -> None:
    """It says so before anything is started."""
    mistaken.set(**{variable: value})
    done = mistaken.compose("up", "--detach", "--wait")
    assert done.returncode != 0
    assert said in done.stdout


@pytest.mark.parametrize(
    "variable, value, said",
    [
        ("OTLP_CORS_ORIGINS", "{a: b}", "allowed_origins"),
        ("OTELCOL_OVERLAYS", "--config=/etc/otelcol/smapling.overlay.yaml", "smapling.overlay.yaml: no such file"),
    ],
)
def test_a_value_that_the_collector_refuses(mistaken: Project, variable: str, value: str, said: str) -> None:
    """The check of the Collector is named, and its log has the reason."""
    mistaken.set(**{variable: value})
    assert '"otel-collector-check" didn\'t complete successfully' in refused(mistaken)
    assert said in mistaken.logs("otel-collector-check")


@pytest.mark.parametrize(
    "path, service",
    [
        ("collector/config.yaml", "otel-collector-check"),
        ("stack/jaeger/config.yaml", "jaeger-check"),
        ("stack/prometheus/prometheus.yml", "prometheus-check"),
        ("stack/alertmanager/alertmanager.yml", "alertmanager-check"),
        ("stack/loki/loki.yaml", "loki-check"),
    ],
)
def test_a_configuration_with_a_mistake(mistaken: Project, path: str, service: str) -> None:
    """The check of its program is named, and its log has the word that is wrong."""
    needs(mistaken, service)
    file = mistaken.folder / path
    file.write_text(f"{file.read_text()}\nmisspelt_section: {{}}\n")
    assert f'"{service}" didn\'t complete successfully' in refused(mistaken)
    assert "misspelt_section" in mistaken.logs(service)


def test_a_missing_configuration(mistaken: Project) -> None:
    """The path is named, and no folder is made in its place."""
    (mistaken.folder / "collector").rename(mistaken.folder / "elsewhere")
    assert "bind source path does not exist" in refused(mistaken)
    assert not (mistaken.folder / "collector").exists()


@pytest.mark.parametrize("name", ["otlp_tokens", "tls.crt", "tls.key"])
def test_a_missing_secret(mistaken: Project, name: str) -> None:
    """The file is named."""
    make_secrets(mistaken.folder)
    (mistaken.folder / "secrets" / name).unlink()
    mistaken.set(**SECURE)
    said = refused(mistaken)
    assert "bind source path does not exist" in said and f"secrets/{name}" in said


def test_a_key_that_the_collector_may_not_read(mistaken: Project) -> None:
    """The check of the secrets says which, and what to do."""
    make_secrets(mistaken.folder)
    (mistaken.folder / "secrets" / "tls.key").chmod(0o600)
    mistaken.set(**SECURE)
    assert '"secrets-check" didn\'t complete successfully' in refused(mistaken)
    assert "secrets/tls.key is empty, no file, or not readable" in mistaken.logs("secrets-check")


def test_a_certificate_that_is_none(mistaken: Project) -> None:
    """The check of certificate and key says so before the Collector starts."""
    make_secrets(mistaken.folder)
    (mistaken.folder / "secrets" / "tls.crt").write_text("no certificate\n")
    mistaken.set(**SECURE)
    assert '"tls-check" didn\'t complete successfully' in refused(mistaken)
    assert "PEM" in mistaken.logs("tls-check")


def test_a_port_in_use(mistaken: Project) -> None:
    """The address is named; the services that need it not are there."""
    with socket.create_server(("127.0.0.1", mistaken.ports["OTLP_HTTP_PORT"])):
        said = refused(mistaken)
    assert f"127.0.0.1:{mistaken.ports['OTLP_HTTP_PORT']}" in said and "address already in use" in said
