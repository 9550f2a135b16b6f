"""What the schema declares for the browser is emitted by it. The other way round is checked after each test."""

from __future__ import annotations

import pytest

from tests.frontend import check_browser
from tests.frontend.conftest import EMITTED
from tests.schema_check import SCHEMA


def test_everything_declared_was_emitted(request: pytest.FixtureRequest) -> None:
    """By the tests before this one, when all of them ran."""
    ran = {item.name for item in request.session.items}
    if not {name for name in vars(check_browser) if name.startswith("test_")} <= ran:
        pytest.skip("a part of the tests cannot emit everything")
    assert EMITTED.missing(SCHEMA, emitted_by="browser") == []
