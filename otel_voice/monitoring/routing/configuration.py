"""Alertmanager's configuration, as text with the reasons beside it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final

from otel_voice.monitoring.routing.inhibition import INHIBITIONS, Inhibition, rule
from otel_voice.monitoring.routing.kinds import receivers
from otel_voice.monitoring.routing.receiver import PAGE, Receiver
from otel_voice.monitoring.routing.tree import tree
from otel_voice.monitoring.values import Values

_HEAD: Final = """\
# Rendered from collector/alerts.yaml, where receivers and times are set: `otel-voice stack init` renders it again.
# What `page` gets is shown on the page of Alertmanager only.
"""
_INHIBITIONS: Final = """\
inhibit_rules:
  # Alerts from code all have one name, and a title; no other alert has one.
  - source_matchers: [severity="critical"]
    target_matchers: [severity="warning"]
    equal: [alertname, service_name, title]
"""
_WIDTH: Final = 118


def configuration(values: Values) -> str:
    """The text of alertmanager.yml. Raises ValuesError for receivers or times that will not do."""
    told = receivers(values.receivers)
    return "".join(
        (
            _HEAD,
            _in_lines({"templates": ["templates/*.tmpl"]}),
            _in_lines({"route": tree(told, values.routing)}),
            _INHIBITIONS,
            *map(_inhibition, INHIBITIONS),
            _in_blocks({"receivers": _receivers(told)}),
        )
    )


def _inhibition(inhibition: Inhibition) -> str:
    return textwrap.indent(f"# {inhibition.why}\n{_in_lines([rule(inhibition)])}", "  ")


def _receivers(told: Sequence[Receiver]) -> list[dict[str, Any]]:
    return [{"name": PAGE}, *({"name": one.name, one.section: [dict(one.settings)]} for one in told)]


def _in_lines(content: Any) -> str:
    """What has no parts of its own stands in one line."""
    return _dumped(content, default_flow_style=None)


def _in_blocks(content: Any) -> str:
    """Every setting has a line of its own."""
    return _dumped(content, default_flow_style=False)


def _dumped(content: Any, **style: Any) -> str:
    import yaml

    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=_WIDTH, **style))
