"""What a report says to the person who asked for it, when there is none: one line each."""

from __future__ import annotations


class ReportError(Exception):
    """No report can be made of this; the text names the thing and the choices."""


class BadQuestionError(ReportError, ValueError):
    """What was asked for is none: a period, a time zone, a page."""


class UnavailableError(ReportError):
    """A source cannot be asked, or does not answer as it should."""
