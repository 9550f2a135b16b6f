"""The two views, letter by letter: on a wide terminal, a narrow one, one without block letters, and as plain lines."""

import io
import time

import pytest

from otel_voice.local import bars, views, wording
from otel_voice.local.conversations import Conversations
from otel_voice.local.plain import PlainView
from otel_voice.local.records import Conversation, Kind, Operation, Turn
from otel_voice.local.terminal import TerminalView
from tests.local import payloads


@pytest.fixture
def in_utc():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def call(store, path, in_utc):
    store.add(payloads.rows_of(payloads.call()))
    log = payloads.log("table\nfor \x1b[2J\u202etwo", 2.55, turn=1, severity=13)
    store.add(payloads.rows_of(payloads.logs(log)))
    store.add(payloads.rows_of(payloads.traces(payloads.root(VOICE_CONVERSATION_COST_UNPRICED=1))))
    return Conversations(path).conversation("call-1")


def shown(call, make, encoding="utf-8"):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    views.show(make(stream), call)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding).rstrip().splitlines()


def test_a_wide_terminal(call):
    """Each operation has a bar on the turn's axis, the silence that was heard is drawn in the line of the turn."""
    lines = [line.rstrip() for line in shown(call, lambda stream: TerminalView(stream, 110))]
    assert lines[1:] == WIDE.splitlines()


def test_a_terminal_without_block_letters(call):
    """Where the encoding has no block letters everything is ASCII."""
    lines = shown(call, lambda stream: TerminalView(stream, 110), "ascii")
    assert "|---|" in lines[7] and "####" in lines[9]


@pytest.mark.parametrize("width", [20, 40, 59, 60, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal(call, width):
    """Lines are cut, never wrapped."""
    assert max(len(line) for line in shown(call, lambda stream: TerminalView(stream, width))) <= width


def test_plain_lines(call):
    """Without a terminal every fact is in a plain line, and a log line cannot steer the terminal."""
    assert shown(call, PlainView) == PLAIN.splitlines()


def test_plain_lines_in_a_poor_encoding(call):
    """Letters that the encoding lacks are replaced."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    PlainView(stream).note("fünf")
    assert stream.buffer.getvalue() == b"otel-voice: f?nf\n"


@pytest.mark.parametrize(
    ("known", "unpriced", "shown"), [([None], 2, ""), ([1.5, None], 0, "$1.50"), ([0.0], 0, "$0.0000")]
)
def test_a_cost_is_said_where_something_of_it_is_known(known, unpriced, shown):
    """Nothing known is nothing said; a free model is."""
    operations = tuple(Operation(Kind.INFERENCE, "m", "", 0, 1, cost_usd=usd) for usd in known)
    assert wording.cost(Conversation("id", "agent", 0, 1, operations=operations, unpriced=unpriced)) == shown


def test_a_stream_that_is_no_terminal_gets_plain_lines():
    """A pipe or a file gets the plain view."""
    assert isinstance(views.view_for(io.StringIO()), PlainView)


@pytest.mark.parametrize("start, end", [(0, 0), (0, 10), (10, 10), (9, 30), (-5, -1), (5, 2)])
def test_a_bar_fits_its_axis_and_is_never_empty(start, end):
    """Whatever the times are, a bar has at least one column and the columns add up to the width."""
    operation = Operation(Kind.INFERENCE, "m", "", start, end, first_s=1e-8)
    drawn = bars.bar(operation, bars.axis_of(Turn("t", 1, 0, 10, True), 20))
    assert drawn.before + drawn.first + drawn.second + drawn.after == 20
    assert drawn.first + drawn.second >= 1 and min(vars(drawn).values()) >= 0


WIDE = """\
── conversation call-1  agent 2026-09-21 14:13:20 ────────────────────────────────────────────────────────────
  completed · 10.00 s · 1 turn · 1 interrupted · 1 error
  response median 1.00 s, slowest 1.00 s (turn 1)
  models   nova-3, gpt-4o-mini, flash
  usage    54 characters spoken
  cost     $0.0022, without 1 operation of unknown price
  turn 1                                   ├───┤                5.00 s  response 1.00 s  interrupted  1 error
         endpointing 300 ms + inference 700 ms
    STT  nova-3                 ███████████░                    2.10 s  final +200 ms
    LLM  gpt-4o-mini                        ░█                  400 ms  first 200 ms
    TOOL book                                 █                 100 ms
    14:13:22.550 WARN  table for [2Jtwo
    LLM  gpt-4o-mini                           █                100 ms  error 429
    TTS  flash                                 ░████████████    2.30 s  interrupted  first 200 ms · 54 chars
"""

PLAIN = """\
conversation call-1 agent 2026-09-21 14:13:20
  total     completed, 10.00 s, 1 turn, 1 interrupted, 1 error
  response  median 1.00 s, slowest 1.00 s (turn 1)
  models    nova-3, gpt-4o-mini, flash
  usage     54 characters spoken
  cost      $0.0022, without 1 operation of unknown price
  turn 1, 5.00 s, response 1.00 s (endpointing 300 ms + inference 700 ms), interrupted, 1 error
      +0.000s STT  nova-3  2.10 s, final +200 ms
      +2.100s LLM  gpt-4o-mini  400 ms, first 200 ms
      +2.500s TOOL book  100 ms
    14:13:22.550 WARN  table for [2Jtwo
      +2.600s LLM  gpt-4o-mini  100 ms, error 429
      +2.700s TTS  flash  2.30 s, first 200 ms, 54 chars, interrupted
"""
