import pytest

from plimsoll.features import Answer, Quote
from plimsoll.features.parse import parse_output

GOOD = '{"answer": "30 days.", "quotes": [{"passage": 1, "quote": "within 30 days"}]}'
VALUE = Answer(answer="30 days.", quotes=[Quote(passage=1, quote="within 30 days")])


def test_plain_json_is_read_as_it_stands():
    parsed = parse_output(GOOD, Answer)
    assert (parsed.value, parsed.repaired) == (VALUE, "")


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        (f"```json\n{GOOD}\n```", "took the JSON out of its fence"),
        (f"Here you are:\n```\n{GOOD}\n```\nAnything else?", "took the JSON out of its fence"),
        (f"Sure! {GOOD} Hope this helps.", "took the JSON out of the text around it"),
        (GOOD.replace('"', "'"), "mended the JSON"),
        (GOOD.replace("}]}", "},],}"), "mended the JSON"),
        (f"```json\n{GOOD.replace('}]}', '},]')}\n```", "mended the JSON inside the fence"),
        (GOOD.replace("}]}", "}]"), "mended the JSON"),
    ],
)
def test_json_that_is_almost_right_costs_no_retry(text: str, repaired: str):
    parsed = parse_output(text, Answer)
    assert (parsed.value, parsed.repaired) == (VALUE, repaired)


@pytest.mark.parametrize("text", ["", "I do not know.", "null", "[]", "42"])
def test_a_text_without_an_object_says_so(text: str):
    assert parse_output(text, Answer).problem == "it holds no JSON object"


def test_an_object_of_the_wrong_shape_names_the_field():
    parsed = parse_output('{"answer": "x", "quotes": [{"passage": 0, "quote": "y"}]}', Answer)
    assert parsed.problem == "quotes.0.passage: input should be greater than or equal to 1 (got 0)"


def test_a_reply_cut_off_in_the_middle_is_never_passed_off_as_whole():
    parsed = parse_output('{"answer": "The fee is 10', Answer, was_cut_off=True)
    assert (parsed.value, parsed.problem) == (None, "it was cut off at the token limit; answer more briefly")


def test_a_reply_of_a_megabyte_is_not_read():
    assert "longer than" in parse_output("{" * 1_000_001, Answer).problem
