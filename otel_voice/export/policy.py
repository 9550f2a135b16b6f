"""The settings of redaction as the policy of this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from otel_voice.privacy import process
from otel_voice.privacy.allowed import AllowList
from otel_voice.privacy.policy import Action, Kind, Policy
from otel_voice.settings import Settings, known_secrets


def use(settings: Settings, env: Mapping[str, str]) -> None:
    """Everything from now on is redacted as these settings say."""
    process.use(policy(settings, env))


def policy(settings: Settings, env: Mapping[str, str]) -> Policy:
    """What the user asked for; and the keys and passwords that the program has in its environment never leave."""
    return Policy(
        actions=cast("dict[Kind, Action]", dict(settings.redaction)),
        key=settings.redaction_key.encode(errors="surrogateescape"),
        allow=AllowList.of(settings.redaction_allow),
        national_ids=settings.redaction_national_ids,
        known_secrets=known_secrets(env),
    )
