from plimsoll.pages import main_text


def test_the_question_is_the_only_text_of_the_input():
    assert main_text('{"text": "why", "n": 1}') == "why"
    assert main_text('{"a": "x", "b": "y"}') == '{"a": "x", "b": "y"}'
    assert main_text("{cut off") == "{cut off"
