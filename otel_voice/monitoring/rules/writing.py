"""Groups of rules as files that Prometheus and Loki read, and people too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from otel_voice.monitoring import runbooks
from otel_voice.monitoring.rules.records import VARIES, Alert, Group, Recording
from otel_voice.monitoring.values import PATH, Values

_HEADER: Final = f"Rendered from {PATH} by `otel-voice stack init`: change the values there, not here."
_WIDTH: Final = 4096
# A variable that is set to nothing would show nothing: of a host there is no service.
_CHOSEN: Final = "{{ with $labels.service_name }}?var-service={{ . | urlquery }}{{ end }}"


def rule_file(groups: Iterable[Group], values: Values, comment: str = "") -> str:
    """The text of a file of rules. Alerts that are taken away are not in it; with no rule left it is empty."""
    written = [_group(group, values) for group in groups]
    return _yaml({"groups": [group for group in written if group["rules"]]}, comment)


def alert_rule(alert: Alert, values: Values, labels: Mapping[str, str], annotations: Mapping[str, str]) -> Any:
    """An alert with these labels beside its severity, and these annotations beside its own."""
    lasting = values.alert(alert.name).for_
    severity = {} if alert.severity == VARIES else {"severity": alert.severity}
    return {
        "alert": alert.name,
        "expr": alert.expr,
        **({} if lasting == "0s" else {"for": lasting}),
        "labels": {**severity, **labels},
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            **annotations,
            "runbook_url": runbooks.address(alert.name, values.links),
            "dashboard_url": f"{values.links.grafana}/d/{alert.dashboard}{_CHOSEN}",
        },
    }


def plain_file(rules: list[Any], name: str, interval: str, comment: str) -> str:
    """The text of a file with one group of rules as they are."""
    return _yaml({"groups": [{"name": name, "interval": interval, "rules": rules}]}, comment)


def _group(group: Group, values: Values) -> dict[str, Any]:
    interval = {"interval": group.interval} if group.interval else {}
    return {"name": group.name, **interval, "rules": [rule for one in group.rules for rule in _rule(one, values)]}


def _rule(rule: Alert | Recording, values: Values) -> list[Any]:
    if isinstance(rule, Recording):
        return [{"record": rule.record, "expr": rule.expr}]
    return [alert_rule(rule, values, {}, {})] if values.alert(rule.name).enabled else []


def _yaml(content: Any, comment: str) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Sequences are indented below their key, and what has several lines is written as it is read."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        style = "|" if "\n" in value else '"' if "{{" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    written = yaml.dump(content, Dumper=Dumper, sort_keys=False, width=_WIDTH, allow_unicode=True)
    lines = [_HEADER, *(["", *comment.splitlines()] if comment else [])]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + written
