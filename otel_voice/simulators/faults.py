"""The environment of examples/faults, where each call says for itself how badly it goes."""

from __future__ import annotations

from otel_voice.simulators import server


def environment(url: str) -> dict[str, str]:
    """The variables with which examples/faults talks to the simulators at `url`."""
    return server.environment(url)


def telemetry(health_port: int) -> dict[str, str]:
    """How it is seen to suffer, where nobody said otherwise."""
    return {
        "OTEL_SERVICE_NAME": "reception",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=production,cloud.region=eu-central-1",
        # It lasts less than a minute: a rate needs points, and a terminal no thousand lines of one message.
        "OTEL_METRIC_EXPORT_INTERVAL": "2000",
        "OTEL_VOICE_LOG_BURST": "100",
        # Event loops are watched where health is on.
        "OTEL_VOICE_HEALTH_PORT": str(health_port),
    }
