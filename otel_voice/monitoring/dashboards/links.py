"""Ways from one view to the next: to the other dashboards, to a conversation, to a trace, to the logs."""

from __future__ import annotations

import json
import urllib.parse
from typing import Final

from otel_voice.monitoring.dashboards.targets import JAEGER, LOKI, Json, datasource

TAG: Final = "voice"
"""What all these dashboards are tagged with, and nobody else's."""

CONVERSATION_UID: Final = "voice-conversation"


def among_dashboards() -> Json:
    """A menu of all these dashboards, which keeps the time and the choices."""
    return {
        **_link("Voice agents", ""),
        "type": "dashboards",
        "tags": [TAG],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
        "tooltip": "The other dashboards, for the same time and services",
    }


def to_logs() -> Json:
    """All log lines of the services that are chosen."""
    # Not as a regular expression: its backslashes would break the JSON of the address.
    query = '{service_name=~"${service:pipe}", deployment_environment_name=~"${environment:pipe}"}'
    return _to("Logs", _explored(LOKI, {"expr": query, "queryType": "range"}))


def to_traces() -> Json:
    """The newest traces of the service that is chosen; with several, one is chosen there."""
    return _to("Traces", _explored(JAEGER, {"queryType": "search", "service": "${service:text}", "limit": 20}))


def trace_of(field: str) -> Json:
    """From a field that holds the id of a trace to that trace."""
    return _data_link("Trace in Jaeger", _explored(JAEGER, {"query": f"${{__data.fields.{field}}}"}))


def logs_of_trace(field: str) -> Json:
    """From there to the log lines of that trace."""
    query = f'{{service_name=~".+"}} | trace_id="${{__data.fields.{field}}}"'
    return _data_link("Logs of the trace", _explored(LOKI, {"expr": query, "queryType": "range"}))


def conversation_of(conversation: str, trace: str, service: str) -> Json:
    """From fields that hold its id, its trace and its service to the dashboard of one conversation."""
    chosen = {"conversation": conversation, "trace": trace, "service": service}
    query = "&".join(f"var-{name}=${{__data.fields.{field}:percentencode}}" for name, field in chosen.items())
    return _data_link("This conversation", f"/d/{CONVERSATION_UID}?{query}&${{__url_time_range}}")


def to_dashboard(uid: str, title: str) -> Json:
    """From a panel to the dashboard that says more of it."""
    return _link(title, f"/d/{uid}?${{__url_time_range}}&${{__all_variables}}")


def _to(title: str, url: str) -> Json:
    return {**_link(title, url), "targetBlank": True}


def _link(title: str, url: str) -> Json:
    return {
        "type": "link",
        "title": title,
        "url": url,
        "tags": [],
        "icon": "external link",
        "tooltip": "",
        "asDropdown": False,
        "includeVars": False,
        "keepTime": False,
        "targetBlank": False,
    }


def _data_link(title: str, url: str) -> Json:
    return {"title": title, "url": url, "targetBlank": False}


def _explored(source: str, query: Json) -> str:
    """Grafana's view for questions of one's own, with this one asked. Its variables stay as they are."""
    asked = {"refId": "A", "datasource": datasource(source), **query}
    pane = {
        "datasource": f"${{{source}}}",
        "queries": [asked],
        "range": {"from": "${__from}", "to": "${__to}"},
    }
    panes = urllib.parse.quote(json.dumps({"voice": pane}, separators=(",", ":")), safe="${}:,._")
    return f"/explore?schemaVersion=1&panes={panes}"
