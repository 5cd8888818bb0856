"""Datasets: whatever is written is read back."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.datasets import load_dataset
from plimsoll.datasets.case_line import write_case
from plimsoll.records import Case

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
NAMES = st.from_regex(r"[A-Za-z0-9é_.:-]{1,20}", fullmatch=True)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
FREE = st.dictionaries(st.sampled_from(["note", "remark"]), VALUES, max_size=2)
CASES = st.builds(
    Case,
    id=NAMES,
    input=st.dictionaries(TEXTS, VALUES, max_size=3),
    expected=FREE,
    tags=st.lists(NAMES, max_size=3).map(tuple),
    cluster=st.none() | NAMES,
    source_trace_id=st.none() | NAMES,
)


@given(st.lists(CASES, min_size=1, max_size=5, unique_by=lambda case: case.id))
def test_a_written_dataset_is_read_back_whole_in_any_order(cases: list[Case]):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.jsonl"
        path.write_text("\n".join(map(write_case, cases)), encoding="utf-8")
        there = load_dataset(path)
        path.write_text("\r\n".join(map(write_case, reversed(cases))), encoding="utf-8")
        back = load_dataset(path)
    assert there.cases == tuple(cases)
    assert back.version == there.version
