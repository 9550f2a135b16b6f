"""The choices at the top of a dashboard. All dashboards name them alike, so that they go along from one to the next."""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.dashboards.targets import JAEGER, LOKI, PROMETHEUS, Json, datasource
from otel_voice.monitoring.series import label, series
from otel_voice.telemetry import names

# Whatever a program says has its service: one that is over, or imports conversations, is to be chosen, too.
_SAID: Final = '__name__=~"voice_.+"'
_CALLS: Final = series(names.METRIC_GEN_AI_CLIENT_OPERATION_DURATION).count
_OF_SERVICE: Final = '{service_name=~"$service"}'
_PROVIDER: Final = label(names.GEN_AI_PROVIDER_NAME)
_MODEL: Final = label(names.GEN_AI_REQUEST_MODEL)


def sources() -> list[Json]:
    """Where the data comes from."""
    return [_source(PROMETHEUS, "Metrics"), _source(LOKI, "Logs"), _source(JAEGER, "Traces")]


def services() -> list[Json]:
    """Which services, in which environments."""
    return [_service(), _environment()]


def providers() -> list[Json]:
    """Which providers and models, beside services and environments."""
    of_provider = f'{{service_name=~"$service", {_PROVIDER}=~"$provider"}}'
    return [
        *services(),
        _several("provider", "Provider", f"label_values({_CALLS}{_OF_SERVICE}, {_PROVIDER})", ".*"),
        _several("model", "Model", f"label_values({_CALLS}{of_provider}, {_MODEL})", ".*"),
    ]


def one_conversation() -> list[Json]:
    """Which service it was with, its id, and the id of its trace. Jaeger asks for one service, and knows no All."""
    return [
        _chosen("service", "Service", f"label_values({{{_SAID}}}, service_name)"),
        _environment(),
        _text("conversation", "Conversation id"),
        _text("trace", "Trace id"),
    ]


def _service() -> Json:
    # Loki takes no selector that may match an empty label only.
    return _several("service", "Service", f"label_values({{{_SAID}}}, service_name)", ".+")


def _environment() -> Json:
    return _several(
        "environment",
        "Environment",
        f'label_values({{{_SAID}, service_name=~"$service"}}, deployment_environment_name)',
        ".*",
    )


def _source(kind: str, text: str) -> Json:
    return {"type": "datasource", "name": kind, "label": text, "query": kind, "refresh": 1, "hide": 0}


def _several(name: str, text: str, query: str, every: str) -> Json:
    """`every` is what All means: an expression that an absent label matches as well."""
    everything = {"selected": True, "text": ["All"], "value": ["$__all"]}
    return {
        **_chosen(name, text, query),
        "multi": True,
        "includeAll": True,
        "allValue": every,
        "current": everything,
    }


def _chosen(name: str, text: str, query: str) -> Json:
    return {
        "type": "query",
        "name": name,
        "label": text,
        "datasource": datasource(PROMETHEUS),
        "definition": query,
        "query": {"query": query, "refId": f"Variable-{name}", "qryType": 1},
        "refresh": 2,
        "sort": 1,
        "hide": 0,
    }


def _text(name: str, text: str) -> Json:
    return {"type": "textbox", "name": name, "label": text, "query": "", "hide": 0}
