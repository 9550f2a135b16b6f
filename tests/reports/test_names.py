"""What a report asks exists: metrics, their kinds, and the attributes that they are told apart by."""

from otel_voice.local.telling import Told
from otel_voice.reports.asked import Asked
from otel_voice.reports.figures import figures
from otel_voice.reports.measurements import of_event, of_span
from otel_voice.telemetry import names
from tests.reports.asking import report


class Listening:
    """A source that notes what it is asked."""

    name, quantiles = "listening", "exact"

    def __init__(self):
        self.asked, self.events = set(), set()

    def _asked(self, kind, metric, by, periods):
        self.asked.add((kind, metric, tuple(by)))
        return [None] * len(periods)

    def totals(self, metric, by, periods):
        return self._asked("counter", metric, by, periods)

    def spreads(self, metric, by, periods):
        return self._asked("histogram", metric, by, periods)

    def highest(self, metric, by, periods):
        return self._asked("gauge", metric, by, periods)

    def happened(self, event, by, periods):
        self.events.add(event)
        return [None] * len(periods)


def test_every_question_names_what_the_schema_has(store):
    """A metric of that kind, and labels of its own."""
    source = Listening()
    figures(Asked(source, [report(store).total.period]), 0)
    assert len(source.asked) > 30
    for kind, metric, by in source.asked:
        assert names.METRICS[metric].instrument == kind, metric
        assert set(by) <= set(names.METRICS[metric].labels), metric
    assert source.events <= names.EVENTS.keys()


def test_every_measurement_is_asked_for_or_known(store):
    """What the store's spans and events become are metrics of the schema."""

    with Told(store) as told:
        spans, events = list(told.spans(0, 2**63 - 1)), list(told.events(0, 2**63 - 1))
    measured = {one.metric for span in spans for one in of_span(span)}
    measured |= {one.metric for event in events for one in of_event(event)}
    assert len(measured) > 12 and measured <= names.METRICS.keys()
