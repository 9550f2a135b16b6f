"""What the OpenTelemetry SDK is told where the user said nothing: all three signals, small batches, live metrics."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

SIGNALS = ("traces", "metrics", "logs")

QUEUE = 4096
# Encoding 512 spans holds the GIL for 18 ms and is heard in a 20 ms audio loop; 64 take about 3 ms.
BATCH = 64

DEFAULTS = {
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_METRICS_EXPORTER": "otlp",
    "OTEL_LOGS_EXPORTER": "otlp",
    # The gRPC exporter takes 40 ms longer to import and does not survive a fork.
    "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
    "OTEL_BSP_SCHEDULE_DELAY": "1000",
    "OTEL_BSP_MAX_QUEUE_SIZE": str(QUEUE),
    "OTEL_BLRP_SCHEDULE_DELAY": "1000",
    "OTEL_BLRP_MAX_QUEUE_SIZE": str(QUEUE),
    "OTEL_METRIC_EXPORT_INTERVAL": "15000",
    "OTEL_METRIC_EXPORT_TIMEOUT": "10000",
}


def apply(env: MutableMapping[str, str]) -> None:
    """Write the defaults into `env`; nothing the user set is changed, and empty is not set."""
    for name, value in DEFAULTS.items():
        _default(env, name, value)
    for processor in ("BSP", "BLRP"):
        queue = int(env[f"OTEL_{processor}_MAX_QUEUE_SIZE"])
        _default(env, f"OTEL_{processor}_MAX_EXPORT_BATCH_SIZE", str(min(BATCH, queue)))


def _default(env: MutableMapping[str, str], name: str, value: str) -> None:
    if not env.get(name, "").strip():
        env[name] = value


def endpoint(env: Mapping[str, str]) -> str:
    """The OTLP endpoint that is in use, for messages."""
    chosen = env.get("OTEL_EXPORTER_OTLP_ENDPOINT") or env.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    grpc = env.get("OTEL_EXPORTER_OTLP_PROTOCOL", "").strip() == "grpc"
    return chosen or f"http://localhost:{4317 if grpc else 4318}"
