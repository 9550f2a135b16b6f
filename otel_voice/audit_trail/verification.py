"""Whether chains are whole: what was removed, reordered, edited or duplicated, and where."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Literal

from otel_voice.audit_trail.chain import GENESIS, NotARecordError, Sealed, read
from otel_voice.audit_trail.evidence import Evidence, Line
from otel_voice.audit_trail.moments import iso, nanoseconds

Kind = Literal["removed", "reordered", "edited", "duplicated", "replaced"]

# What the redaction of a Collector leaves, whose mask stands nowhere in what we write.
_COLLECTORS_MASK: Final = "****"


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written."""

    kind: Kind
    place: str
    text: str


@dataclass
class Chain:
    """One stream as it was found."""

    stream: str
    category: str
    first: int
    last: int
    records: int


@dataclass
class Report:
    """What was found. `notes` are what a crash, a second sending or the end of retention leave, and nobody's doing."""

    chains: list[Chain] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(frozen=True)
class _Placed:
    record: Sealed
    line: Line

    @property
    def place(self) -> str:
        return self.line.place


def verify(evidence: Evidence) -> Report:
    """Everything that can be said of the evidence."""
    report = Report()
    streams: dict[str, list[_Placed]] = {}
    for line in evidence.lines:
        try:
            record = read(line.text)
        except NotARecordError as error:
            _unreadable(report, line, error)
        else:
            streams.setdefault(record.stream, []).append(_Placed(record, line))
    for stream in evidence.begins.keys() - streams.keys():
        streams[stream] = []
    for stream, placed in streams.items():
        _Verifier(stream, placed, evidence, report).run()
    return report


def _unreadable(report: Report, line: Line, error: NotARecordError) -> None:
    if line.torn:
        report.notes.append(
            f"{line.place}: the last line is torn ({len(line.text)} characters): the process or the machine died while "
            "it was written, and nobody was told that it is kept"
        )
        return
    masked = _hint(line.text)
    report.findings.append(Finding("edited", line.place, f"the line is no audit record: {error}{masked}"))


class _Verifier:
    def __init__(self, stream: str, placed: list[_Placed], evidence: Evidence, report: Report) -> None:
        self._stream = stream
        self._placed = placed
        self._evidence = evidence
        self._report = report

    def run(self) -> None:
        for each in self._placed:
            self._content(each)
        once = self._without_duplicates()
        if self._evidence.ordered:
            self._order(once)
        chain = sorted(once, key=lambda each: each.record.sequence)
        self._start(chain)
        for before, after in pairwise(chain):
            self._link(before, after)
        self._end(chain)
        self._tell(chain)

    def _content(self, each: _Placed) -> None:
        record = each.record
        if not record.intact:
            self._find(
                "edited",
                each,
                f"its content has the hash {record.content_hash[:12]}..., and it says "
                f"{record.hash[:12]}...{_hint(record.line)}",
            )
        elif _is_elsewhere(each):
            self._find("reordered", each, f"it stands at {iso(each.line.at or 0)}, and was made at {_made_at(each)}")
        for name, text in each.line.copies.items():
            written = {"previous_hash": record.previous, "hash": record.hash}.get(name, record.content.get(name))
            if text != str(written):
                self._find("edited", each, f"voice.audit.{name} beside it is {text!r}, the record says {written!r}")

    def _without_duplicates(self) -> list[_Placed]:
        seen: dict[int, _Placed] = {}
        again = _sent_again([each.record.sequence for each in self._placed]) if self._evidence.resent else set()
        for index, each in enumerate(self._placed):
            first = seen.setdefault(each.record.sequence, each)
            if first is each:
                continue
            if first.record.line != each.record.line:
                self._find("replaced", each, f"another record with this number is at {first.place}")
            elif index in again:
                self._report.notes.append(
                    f"{each.place}: {self._name(each)} is there twice, the same: it was sent again after a crash or a "
                    "time-out"
                )
            else:
                self._find("duplicated", each, f"it is at {first.place} too")
        return list(seen.values())

    def _order(self, placed: list[_Placed]) -> None:
        for index in _out_of_order([each.record.sequence for each in placed]):
            before = f"after {self._name(placed[index - 1])}" if index else "at the start"
            self._find("reordered", placed[index], f"it stands {before}")

    def _start(self, chain: list[_Placed]) -> None:
        begins, place = self._evidence.begins.get(self._stream, (None, ""))
        first = chain[0] if chain else None
        if begins is not None and (first is None or first.record.sequence > begins):
            self._start_is_missing(begins, place, first)
        elif first is not None and first.record.sequence > 1:
            self._report.notes.append(
                f"{first.place}: {self._name(first)} is the first there is: those before it were given up by "
                "retention, are outside of the query, or were removed"
            )
        elif first is not None and first.record.previous != GENESIS:
            self._find("edited", first, "it is the first, and says that another one was before it")

    def _start_is_missing(self, begins: int, place: str, first: _Placed | None) -> None:
        sent = self._evidence.sent.get(self._stream, 0)
        if first is not None:
            missing = _range(begins, first.record.sequence - 1)
            text = f"{missing} of stream {self._stream}: the file begins with {begins}, and here is record "
            self._report.findings.append(Finding("removed", first.place, f"{text}{first.record.sequence}"))
        elif sent >= begins:
            text = f"all of stream {self._stream} from record {begins}: they were sent, and the file is empty"
            self._report.findings.append(Finding("removed", place, text))

    def _link(self, before: _Placed, after: _Placed) -> None:
        missing = after.record.sequence - before.record.sequence - 1
        if missing:
            text = (
                f"{_range(before.record.sequence + 1, after.record.sequence - 1)} of stream {self._stream}, after "
                f"{before.place}"
            )
            self._report.findings.append(Finding("removed", after.place, text))
        elif after.record.previous not in (before.record.hash, before.record.content_hash) and after.record.intact:
            self._find("replaced", before, f"it is not the record that {self._name(after)} at {after.place} continues")

    def _end(self, chain: list[_Placed]) -> None:
        sent = self._evidence.sent.get(self._stream, 0)
        if chain and chain[-1].record.sequence < sent:
            missing = _range(chain[-1].record.sequence + 1, sent)
            text = f"{missing} of stream {self._stream}, at the end: they were sent, and are not here"
            self._report.findings.append(Finding("removed", chain[-1].place, text))

    def _tell(self, chain: list[_Placed]) -> None:
        if chain:
            records = [each.record for each in chain]
            category = str(records[0].content.get("category", ""))
            first, last = records[0].sequence, records[-1].sequence
            self._report.chains.append(Chain(self._stream, category, first, last, len(records)))

    def _find(self, kind: Kind, each: _Placed, text: str) -> None:
        self._report.findings.append(Finding(kind, each.place, f"{self._name(each)}: {text}"))

    def _name(self, each: _Placed) -> str:
        return f"record {each.record.sequence} of stream {self._stream}"


def _made_at(each: _Placed) -> str:
    return str(each.record.content.get("time"))


def _is_elsewhere(each: _Placed) -> bool:
    """Whether it is stored under another moment than its own, which is what a store orders by."""
    made_at = nanoseconds(_made_at(each))
    return None not in (each.line.at, made_at) and each.line.at != made_at


def _sent_again(sequences: list[int]) -> set[int]:
    """The positions at which a sender that did not know how far it had come brought the end once more.

    It goes on from its last success in order, so that it comes as far as it had been before. Whatever else is there
    twice was put there.
    """
    found: set[int] = set()
    run: list[int] = []
    highest = 0
    for index, sequence in enumerate(sequences):
        run = [*run, index] if run and sequence == sequences[run[-1]] + 1 else [index]
        if sequence == highest:
            found.update(run)
        highest = max(highest, sequence)
    return found


def _range(first: int, last: int) -> str:
    return f"record {first}" if first == last else f"records {first} to {last}"


def _hint(text: str) -> str:
    if _COLLECTORS_MASK not in text:
        return ""
    return f" (it holds {_COLLECTORS_MASK}: a Collector's redaction may have done this; compare with the spool)"


def _out_of_order(sequences: list[int]) -> Iterator[int]:
    """The fewest positions without which the rest rises."""
    tails: list[int] = []
    lengths = []
    for sequence in sequences:
        length = bisect_left(tails, sequence)
        tails[length : length + 1] = [sequence]
        lengths.append(length)
    wanted = len(tails) - 1
    moved = []
    ceiling = max(sequences, default=0) + 1
    for index in range(len(sequences) - 1, -1, -1):
        if wanted >= 0 and lengths[index] == wanted and sequences[index] < ceiling:
            ceiling, wanted = sequences[index], wanted - 1
        else:
            moved.append(index)
    yield from reversed(moved)
