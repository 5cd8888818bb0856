import json

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.features import Answer, Quote
from plimsoll.features.parse import parse_output
from plimsoll.features.repair import repair_json

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)
answers = st.builds(
    Answer,
    answer=words,
    quotes=st.lists(st.builds(Quote, passage=st.integers(1, 50), quote=words), max_size=3),
    abstained=st.booleans(),
)
json_like = st.text(st.sampled_from(list("{}[]\",:\\'` \nabc0.-\u00e9tfn/")), max_size=60)


@given(st.one_of(words, json_like))
def test_repair_never_raises(text: str):
    assert repair_json(text) is None or isinstance(repair_json(text), str | int | float | bool | list | dict)


@given(st.one_of(words, json_like))
def test_parsing_gives_a_value_or_a_problem_and_never_raises(text: str):
    parsed = parse_output(text, Answer)
    assert (parsed.value is None) == bool(parsed.problem)


@given(answers)
def test_what_was_written_as_json_is_read_back(value: Answer):
    assert parse_output(value.model_dump_json(), Answer).value == value


@given(answers, st.sampled_from(["```json\n{}\n```", "Sure:\n{}\nDone.", "\ufeff{}", "{}\n\n"]))
def test_what_stands_in_a_fence_or_in_prose_is_read_back(value: Answer, frame: str):
    text = frame.replace("{}", json.dumps(value.model_dump(), indent=1))
    assert parse_output(text, Answer).value == value
