"""Conditions that most traces pass, as each database is asked for them."""

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from plimsoll.traces import TrafficKind
from plimsoll.traces.tables.filtering import is_open_to, of_traffic


@pytest.mark.parametrize(
    ("dialect", "wrapped"), [(sqlite.dialect(), 2), (postgresql.dialect(), 0)], ids=["sqlite", "pg"]
)
def test_they_are_wrapped_where_no_statistics_keep_an_index_from_being_chosen(dialect: Dialect, wrapped: int):
    asked = " AND ".join(
        str(one.compile(dialect=dialect)) for one in (is_open_to("ada"), of_traffic(TrafficKind.LIVE)[1])
    )
    names = ("traces.subject", "traces.kind")
    assert [asked.count(f"coalesce({name}, '')") > 0 for name in names].count(True) == wrapped
    assert all(name in asked for name in names)
