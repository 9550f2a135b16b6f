"""`otel-voice alerts`: whether those who are to be told of alerts can be, and how every alert stands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from otel_voice.cli.arguments import Commands
from otel_voice.local import wording
from otel_voice.local.errors import LocalError
from otel_voice.monitoring import alertmanager as am
from otel_voice.monitoring import runbooks
from otel_voice.monitoring.alert_rules import (
    LOKI_RULES,
    PROMETHEUS_RULES,
    AlertRule,
    alert_rules,
    held_back,
    in_order,
)
from otel_voice.monitoring.alertmanager import Alertmanager, KnownAlert, silence_link
from otel_voice.monitoring.asking import AskingError, Server
from otel_voice.monitoring.errors import ValuesError
from otel_voice.monitoring.routing.kinds import receivers
from otel_voice.monitoring.routing.receiver import PAGE
from otel_voice.monitoring.trial import Outcome, has_route, trial
from otel_voice.monitoring.values import PATH, Values, own_values, shipped_values
from otel_voice.stack.errors import StackError
from otel_voice.stack.shipped import files

_PROMETHEUS: Final = "http://127.0.0.1:9090"
_LOKI: Final = "http://127.0.0.1:3100"
_TIMEOUT: Final = 30.0
_FAILED: Final = 1
_UNANSWERED: Final = 2


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command and its actions."""
    parser = commands.add_parser("alerts", help="test who is told of alerts; list alerts and how they stand")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_test(actions)
    _add_list(actions)
    return parser


def _add_test(actions: Commands) -> None:
    test = actions.add_parser(
        "test",
        help="send a test alert to each receiver and say what it answered",
        description="Sends an alert through Alertmanager to each receiver, says what came of it, and ends the alert.",
        epilog="exit status: 0 when every receiver took it, 1 when one did not, 2 when it cannot be tested",
    )
    test.add_argument("--receiver", metavar="NAME", help="only this one (default: all that Alertmanager has)")
    _add_alertmanager(test)
    test.add_argument(
        "--values", metavar="FILE", type=Path, help="test the receivers that this file names, as collector/alerts.yaml"
    )
    test.add_argument("--timeout", metavar="SECONDS", type=_seconds, default=_TIMEOUT, help="(default: %(default)g)")
    test.set_defaults(run=run_test)


def _add_list(actions: Commands) -> None:
    listing = actions.add_parser(
        "list",
        help="every alert: severity, threshold, state, silenced or not, and the link that silences it",
        epilog="exit status: 0, or 2 when one of the three does not answer",
    )
    listing.add_argument("--prometheus", metavar="URL", default=_PROMETHEUS, help="(default: %(default)s)")
    listing.add_argument("--loki", metavar="URL", default=_LOKI, help="(default: %(default)s)")
    _add_alertmanager(listing)
    listing.set_defaults(run=run_list)


def _add_alertmanager(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--alertmanager", metavar="URL", default=am.DEFAULT_URL, help="(default: %(default)s)")


def run_test(arguments: argparse.Namespace) -> int:
    """0, or 1 when a receiver did not take the test alert. Raises LocalError."""
    try:
        values = _values(arguments.values)
        alertmanager = Alertmanager(arguments.alertmanager)
        names = _chosen(arguments.receiver, _wanted(values, arguments.values, alertmanager))
        outcomes = _tested(alertmanager, names, values, arguments.timeout)
    except (AskingError, ValuesError, StackError) as error:
        raise LocalError(str(error)) from error
    width = max(len(name) for name in names)
    for outcome in outcomes:
        print(f"{outcome.receiver:{width}}  {outcome.text}")
    if all(outcome.accepted for outcome in outcomes):
        return 0
    print("Alertmanager's log says more: docker compose logs alertmanager", file=sys.stderr)
    return _FAILED


def _values(path: Path | None) -> Values:
    shipped = files()[PATH].decode()
    if path is None:
        return shipped_values(shipped)
    try:
        return own_values(shipped, path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise LocalError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise LocalError(f"{path}: this is no text in UTF-8") from error


def _wanted(values: Values, path: Path | None, alertmanager: Alertmanager) -> list[str]:
    """Who is to be told: by the owner's file where he names one, otherwise by Alertmanager."""
    if path is not None:
        names = [one.name for one in receivers(values.receivers)]
        place = str(path)
    else:
        names = [name for name in alertmanager.receivers() if name != PAGE]
        place = f"Alertmanager at {alertmanager.url}"
    if not names:
        raise LocalError(
            f"{place} has no receiver, so that alerts are seen on its page only: name receivers in {PATH}, "
            "then `otel-voice stack init .` and start Alertmanager again"
        )
    return names


def _chosen(name: str | None, names: Sequence[str]) -> Sequence[str]:
    if name is None:
        return names
    if name not in names:
        raise LocalError(f"there is no receiver {name!r}; there are {', '.join(names)}")
    return [name]


def _tested(alertmanager: Alertmanager, names: Sequence[str], values: Values, timeout: float) -> list[Outcome]:
    there, counted = alertmanager.receivers(), alertmanager.counts()
    if there != [PAGE] and not counted:
        raise LocalError(
            f"Alertmanager at {alertmanager.url} does not count by receiver: start it with "
            "--enable-feature=receiver-name-in-metrics, as docker-compose.yml does"
        )
    configuration = alertmanager.configuration()
    routed = [name for name in names if name in there and has_route(configuration, name)]
    by_name = {outcome.receiver: outcome for outcome in trial(alertmanager, routed, _annotations(values), timeout)}
    return [by_name.get(name) or _not_routed(name) for name in names]


def _not_routed(name: str) -> Outcome:
    return Outcome(
        name,
        False,
        "not sent: Alertmanager runs with a configuration that has no route for tests of it: "
        "`otel-voice stack init .`, then `docker compose up --detach --wait --force-recreate alertmanager`",
    )


def _annotations(values: Values) -> dict[str, str]:
    return {
        "description": "`otel-voice alerts test` sent this. Nothing is wrong, and in a moment it is over.",
        "runbook_url": runbooks.all_of_them(values.links),
        "dashboard_url": values.links.grafana,
    }


def run_list(arguments: argparse.Namespace) -> int:
    """0, or 2 when one of the programs did not answer: what the others know is told. Raises LocalError."""
    unanswered: list[str] = []
    rules: list[AlertRule] = []
    try:
        programs = (
            (Server("Prometheus", arguments.prometheus), PROMETHEUS_RULES),
            (Server("Loki", arguments.loki), LOKI_RULES),
        )
        alertmanager = Alertmanager(arguments.alertmanager)
    except AskingError as error:
        raise LocalError(str(error)) from error
    for server, path in programs:
        try:
            rules += alert_rules(server, path)
        except AskingError as error:
            unanswered.append(str(error))
    try:
        known: list[KnownAlert] | None = alertmanager.alerts()
    except AskingError as error:
        known = None
        unanswered.append(str(error))
    for line in _lines(in_order(rules), known, alertmanager.url):
        print(wording.clean(line))
    for said in unanswered:
        print(f"otel-voice: {wording.clean(said)}", file=sys.stderr)
    return _UNANSWERED if unanswered else 0


def _lines(rules: Sequence[AlertRule], known: Sequence[KnownAlert] | None, url: str) -> Iterator[str]:
    rows = [
        (
            rule.severity,
            rule.name,
            rule.threshold,
            _state(rule),
            ("unknown" if known is None else held_back(rule, known)) if rule.active else "",
            silence_link(url, {"alertname": rule.name}),
        )
        for rule in rules
    ]
    head = ("severity", "alert", "threshold", "state", "told", "silence it")
    if rows:
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head) - 1)]
        for row in (head, *rows):
            yield "  ".join((*(f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)), row[-1]))


def _state(rule: AlertRule) -> str:
    if rule.trouble:
        return f"cannot be evaluated: {rule.trouble}"
    if not rule.active:
        return rule.state
    several = f" {len(rule.active)} times" if len(rule.active) > 1 else ""
    return f"{rule.state}{several} since {rule.since[:19]}Z"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is no time: give seconds, above 0 and up to 3600")
    return seconds
