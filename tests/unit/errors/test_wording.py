"""How messages speak of names."""

from plimsoll.errors import NotFound, one_of, unknown_name


def test_the_nearest_name_is_offered():
    assert "did you mean 'docs_answer'?" in unknown_name("feature", "docs_anwser", ["docs_answer", "other"])


def test_without_a_near_name_the_known_ones_are_listed():
    assert unknown_name("model", "zzz", ["fast", "big"]) == "There is no model 'zzz'. Known: 'big', 'fast'."


def test_without_any_name_it_says_so():
    assert unknown_name("corpus", "x", []) == "There is no corpus 'x': the project has none."


def test_a_long_list_is_cut():
    assert one_of(str(n) for n in range(15)).endswith("and 3 more")


def test_an_error_reads_as_what_happened_and_what_to_do():
    error = NotFound("There is no trace 'x'.", next_step="List them with `plimsoll traces`.")
    assert str(error) == "There is no trace 'x'. List them with `plimsoll traces`."
    assert error.documentation() == "docs/reference/errors.md#not_found"


def test_a_name_without_end_is_cut():
    assert len(unknown_name("model", "x" * 5_000, ["fast"])) < 300
