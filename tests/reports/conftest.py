import pytest

from tests.reports import traffic


@pytest.fixture
def store(tmp_path):
    """A store with one day of calls."""
    path = tmp_path / "store.sqlite3"
    traffic.a_day().keep(path)
    return path
