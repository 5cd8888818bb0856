"""Conditions that most traces pass, as each database is asked for them."""

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from plimsoll.traces import TrafficKind
from plimsoll.traces.tables.filtering import is_open_to, of_traffic

SQLITE = ("coalesce(traces.subject, '') = ?", "traces.kind IS NOT ?")
POSTGRESQL = ("traces.subject = %(param_1)s::VARCHAR", "traces.kind IS DISTINCT FROM %(kind_1)s::VARCHAR")


@pytest.mark.parametrize(
    ("dialect", "said"), [(sqlite.dialect(), SQLITE), (postgresql.dialect(), POSTGRESQL)], ids=["sqlite", "pg"]
)
def test_no_index_is_chosen_by_them_where_no_statistics_say_that_most_pass(dialect: Dialect, said: tuple[str, str]):
    by_subject, by_kind = (
        str(one.compile(dialect=dialect)) for one in (is_open_to("ada"), of_traffic(TrafficKind.LIVE)[1])
    )
    assert said[0] in by_subject
    assert said[1] == by_kind
