"""`otel-voice report`: what happened in a period, from the store or from the stack, in four formats or served."""

from __future__ import annotations

import argparse
import ipaddress
import sys
from typing import TYPE_CHECKING, Final

from otel_voice.cli.arguments import Commands, store_path
from otel_voice.local.errors import LocalError

if TYPE_CHECKING:
    from otel_voice.reports.opening import Archive

_FORMATS: Final = ("table", "json", "csv", "html")
_HERE: Final = "127.0.0.1"
_TIMES: Final = "90m, 24h, 7d, 2w, a date as 2026-11-21 (its first moment), or a moment as 2026-11-21T08:30"


def add(commands: Commands) -> argparse.ArgumentParser:
    """Declares the command."""
    parser = commands.add_parser(
        "report",
        help="say what happened in a day, an hour or any other time",
        description="Calls, latencies, errors, costs and what came of the calls, from the embedded store, "
        "or from Prometheus and Loki where --prometheus names one.",
    )
    parser.add_argument("--since", metavar="WHEN", default="24h", help=f"{_TIMES} (default: 24h)")
    parser.add_argument("--until", metavar="WHEN", default="now", help="likewise; it is not part of it (default: now)")
    parser.add_argument("--by", choices=("day", "hour"), help="its days or hours as well, by the clock")
    parser.add_argument("--format", choices=_FORMATS, default="table", help="(default: table)")
    parser.add_argument("--timezone", metavar="NAME", default="UTC", help="as Europe/Berlin (default: UTC)")
    parser.add_argument("--service", metavar="NAME", help="of this service alone (default: of all)")
    parser.add_argument("--prometheus", metavar="URL", help="the stack's, as http://localhost:9090")
    parser.add_argument("--loki", metavar="URL", help="the stack's, as http://localhost:3100")
    parser.add_argument(
        "--serve",
        metavar="[HOST:]PORT",
        type=_address,
        help=f"serve reports as JSON until interrupted (host: {_HERE}); nobody is asked who he is",
    )
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Prints the report, or serves them. Raises LocalError."""
    from otel_voice.reports.errors import ReportError

    try:
        return _serve(arguments) if arguments.serve else _print(arguments)
    except ReportError as error:
        raise LocalError(str(error)) from error


def _print(arguments: argparse.Namespace) -> int:
    from otel_voice.reports import as_csv, as_html, as_json, as_table, asking, opening

    asked = asking.Asking(
        arguments.since, arguments.until, arguments.by, arguments.service, arguments.timezone, prefix="--"
    )
    now = asking.now().astimezone(asked.zone)
    made = opening.report(_archive(arguments), asked.question(now), now)
    formats = {"table": as_table.text, "json": as_json.text, "csv": as_csv.text, "html": as_html.text}
    _write(formats[arguments.format](made))
    return 0


def _archive(arguments: argparse.Namespace) -> Archive:
    from otel_voice.reports import opening

    stack = arguments.prometheus or arguments.loki
    store = arguments.store if stack else store_path(arguments)
    return opening.archive(store, arguments.prometheus, arguments.loki)


def _serve(arguments: argparse.Namespace) -> int:
    from otel_voice.health.server import HealthServer
    from otel_voice.reports import periods
    from otel_voice.reports.pages import ReportPages

    host, port = arguments.serve
    periods.zone(arguments.timezone)
    pages = ReportPages(_archive(arguments), arguments.timezone)
    try:
        server = HealthServer(host, port, pages)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise LocalError(f"reports cannot be served on {host} port {port}: {reason}; choose another --serve") from error
    shown = f"[{host}]" if ":" in host else host
    print(f"reports at http://{shown}:{server.server_port}/analytics/metrics, until Ctrl-C", flush=True)
    with server:
        server.serve_forever()
    return 0


def _write(text: str) -> None:
    """Line ends as they are: CSV has its own."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(text.encode(sys.stdout.encoding or "utf-8", "replace"))
        buffer.flush()


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    host = host.strip("[]") if colon else _HERE
    try:
        ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
        if port.isascii() and port.isdigit() and 0 < int(port) < 65536:
            return host, int(port)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no address: give a port as 8090, or an address as 0.0.0.0:8090")
