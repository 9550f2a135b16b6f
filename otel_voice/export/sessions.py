"""HTTP connections of the exporters: a forked child must not write on its parent's connection."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any

_EXPORTERS = {
    "TRACES": ("trace_exporter", "OTLPSpanExporter"),
    "METRICS": ("metric_exporter", "OTLPMetricExporter"),
    "LOGS": ("_log_exporter", "OTLPLogExporter"),
}


def exporter_arguments(env: Mapping[str, str]) -> dict[type, dict[str, Any]]:
    """A session of our own for each OTLP HTTP exporter in use, emptied in forked children."""
    return {_exporter_class(signal): {"session": _session()} for signal in _EXPORTERS if _is_ours(env, signal)}


def _is_ours(env: Mapping[str, str], signal: str) -> bool:
    """Only plain OTLP over HTTP; a credential provider brings a session of its own."""
    credentials = "OTEL_PYTHON_EXPORTER_OTLP_HTTP_{}CREDENTIAL_PROVIDER"
    if env.get(credentials.format("")) or env.get(credentials.format(f"{signal}_")):
        return False
    protocol = env.get(f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL") or env.get("OTEL_EXPORTER_OTLP_PROTOCOL", "")
    exporters = [name.strip() for name in env.get(f"OTEL_{signal}_EXPORTER", "").split(",")]
    return "otlp" in exporters and protocol.strip() == "http/protobuf"


def _exporter_class(signal: str) -> type:
    module, name = _EXPORTERS[signal]
    found: type = getattr(import_module(f"opentelemetry.exporter.otlp.proto.http.{module}"), name)
    return found


def _session() -> Any:
    import requests

    session = requests.Session()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=session.close)
    return session
