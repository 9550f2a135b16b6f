"""What Loki tells of log lines: many errors at once, and what a program says with alert()."""

from __future__ import annotations

from typing import Final

from otel_voice.monitoring.rules import words
from otel_voice.monitoring.rules.promql import SERVICE
from otel_voice.monitoring.rules.records import VARIES, WARNING, Alert
from otel_voice.monitoring.series import label
from otel_voice.monitoring.values import Values
from otel_voice.telemetry.names import (
    EVENT_VOICE_ALERT,
    VOICE_ALERT_MESSAGE,
    VOICE_ALERT_METRIC,
    VOICE_ALERT_SEVERITY,
    VOICE_ALERT_SUPPRESSED,
    VOICE_ALERT_THRESHOLD,
    VOICE_ALERT_TITLE,
    VOICE_ALERT_VALUE,
    VOICE_LOG_CATEGORY,
)

DASHBOARD: Final = "voice-call-health"

_ERRORS: Final = f'{{{label(VOICE_LOG_CATEGORY)}="error"}}'
_WHICH: Final = tuple(map(label, (VOICE_ALERT_SEVERITY, VOICE_ALERT_TITLE)))
_TOLD: Final = {
    "metric": VOICE_ALERT_METRIC,
    "value": VOICE_ALERT_VALUE,
    "threshold": VOICE_ALERT_THRESHOLD,
    "suppressed": VOICE_ALERT_SUPPRESSED,
}
_STANDS: Final = "16m"

FROM_CODE_COMMENT: Final = """\
What otel_voice.alert() says in a program becomes an alert: one for each service, severity and title.

The program says the same once in 15 minutes, and so the alert stands for 16: as long as it is said again, it does not
go away between. What changes from one time to the next (message, value, threshold) would make another alert of each
as a label; only the newest is kept (its time is the value of the expression), and is told as annotations. A label
that is set to nothing is taken off."""


def burst(values: Values) -> Alert:
    """Many error logs of one service."""
    name = "VoiceErrorLogBurst"
    asked = values.alert(name)
    return Alert(
        name,
        WARNING,
        f"sum by ({SERVICE[0]}) (count_over_time({_ERRORS}[{asked.window}])) > {asked.threshold:g}",
        when=f"a service writes more than {asked.threshold:g} error logs in {asked.window}",
        summary="{{ $labels.service_name }} writes many error logs",
        description=f"{{{{ $labels.service_name }}}}: {{{{ $value }}}} error logs in the last {asked.window}; "
        f"the threshold is {asked.threshold:g}.",
        dashboard=DASHBOARD,
    )


def from_code() -> Alert:
    """What alert() said within a little more than the time in which it says the same once."""
    changing = ", ".join(map(label, (VOICE_ALERT_MESSAGE, *list(_TOLD.values()))))
    which = ", ".join((SERVICE[0], *_WHICH))
    return Alert(
        "VoiceAlertFromCode",
        VARIES,
        f"topk by ({which}) (1,\n"
        "  max_over_time(\n"
        f'    {_ERRORS} | event_name="{EVENT_VOICE_ALERT}"\n'
        f"      | label_format told_at=`{{{{ __timestamp__ | unixEpoch }}}}` | unwrap told_at [{_STANDS}]\n"
        f"  ) by ({which},\n        {changing})\n"
        ") > 0",
        when="a program says so with `otel_voice.alert()`",
        summary=words.label(VOICE_ALERT_TITLE),
        description=words.label(VOICE_ALERT_MESSAGE),
        dashboard=DASHBOARD,
    )


def from_code_labels() -> dict[str, str]:
    """The labels of an alert from code: what tells it from others, and nothing that changes."""
    taken_off = (VOICE_ALERT_SEVERITY, VOICE_ALERT_TITLE, VOICE_ALERT_MESSAGE, *_TOLD.values())
    return {
        "severity": words.label(VOICE_ALERT_SEVERITY),
        "title": words.label(VOICE_ALERT_TITLE),
        "service": "{{ $labels.service_name }}",
        "signal": "logs",
        **{label(attribute): "" for attribute in taken_off},
    }


def from_code_annotations() -> dict[str, str]:
    """What was measured, as the program said it."""
    return {name: words.label(attribute) for name, attribute in _TOLD.items()}
