import pytest
from pydantic import BaseModel

from plimsoll.errors import InvalidFeature, InvalidRequest, NotFound
from plimsoll.features import Answer, Failures, Feature, Question, Retrieval, find_feature, index_features


class Ticket(BaseModel):
    subject: str
    body: str


class Label(BaseModel):
    label: str


def define(name: str = "docs_answer", **changes: object) -> Feature[Question, Answer]:
    settings = {"input": Question, "output": Answer, "prompt": "prompts/answer.md", **changes}
    return Feature[Question, Answer](name, **settings)  # pyright: ignore[reportArgumentType]


def test_a_feature_with_retrieval_is_of_the_kind_rag():
    assert define(retrieval=Retrieval("handbook")).kind == "rag"


def test_a_feature_without_retrieval_is_of_the_kind_single():
    assert define().kind == "single"


def test_a_feature_cannot_be_changed():
    with pytest.raises(AttributeError):
        define().model = "fast"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("name", ["", "Docs", "docs-answer", "1docs", "a" * 65, 3])
def test_a_name_that_is_not_snake_case_is_refused(name: str):
    with pytest.raises(InvalidFeature, match="cannot be the name of a feature"):
        define(name)


def test_an_unknown_policy_names_the_choices_and_the_nearest():
    with pytest.raises(InvalidFeature) as raised:
        Failures(timeout="abstian")  # pyright: ignore[reportArgumentType]
    assert "Failures(timeout='abstian') is not one of 'abstain', 'fail', " in str(raised.value)
    assert "Did you mean 'abstain'?" in str(raised.value)


def test_an_input_that_is_no_model_is_refused():
    with pytest.raises(InvalidFeature, match="input=<class 'str'> is not a Pydantic model"):
        define(input=str)


@pytest.mark.parametrize("seconds", [0, -1, 3601, float("nan")])
def test_a_deadline_out_of_bounds_is_refused(seconds: float):
    with pytest.raises(InvalidFeature, match="timeout_seconds"):
        define(timeout_seconds=seconds)


def test_retrieval_needs_an_output_with_quotations():
    with pytest.raises(InvalidFeature, match=r"its output Label needs the fields `answer: str` and .* it has 'label'"):
        define(output=Label, retrieval=Retrieval("handbook"))


def test_an_input_with_two_texts_must_name_the_question():
    with pytest.raises(InvalidFeature, match="which field of Ticket is the question is not clear"):
        define(input=Ticket, retrieval=Retrieval("handbook"))


def test_an_unknown_query_field_names_the_nearest():
    with pytest.raises(InvalidFeature, match="Did you mean 'subject'"):
        define(input=Ticket, retrieval=Retrieval("handbook", query="subjet"))


@pytest.mark.parametrize("passages", [0, 51])
def test_a_number_of_passages_out_of_bounds_is_refused(passages: int):
    with pytest.raises(InvalidFeature, match=f"passages={passages}"):
        Retrieval("handbook", passages)


def test_a_corpus_without_a_name_is_refused():
    with pytest.raises(InvalidFeature, match="names no corpus"):
        Retrieval("")


def test_input_that_does_not_fit_names_the_field_and_the_reason():
    with pytest.raises(InvalidRequest) as raised:
        define().parse_input({"txt": "When?", "text": 3})
    message = str(raised.value)
    assert "text: input should be a valid string (got 3)" in message
    assert "txt: extra inputs are not permitted" in message


def test_input_that_fits_becomes_the_model():
    assert define().parse_input({"text": " When? "}) == Question(text="When?")


def test_a_long_value_is_not_repeated_in_an_error():
    with pytest.raises(InvalidRequest) as raised:
        define().parse_input({"text": ["x" * 1000]})
    assert len(str(raised.value)) < 200


def test_two_features_of_one_name_are_refused():
    with pytest.raises(InvalidFeature, match="Two features are named 'docs_answer'"):
        index_features([define(), define()])


def test_one_feature_found_twice_is_one_feature():
    feature = define()
    assert index_features([feature, feature]) == {"docs_answer": feature}


def test_something_else_among_features_is_refused():
    with pytest.raises(InvalidFeature, match="'x' is not a Feature"):
        index_features(["x"])


def test_an_unknown_feature_names_the_nearest():
    with pytest.raises(NotFound, match="did you mean 'docs_answer'"):
        find_feature(index_features([define()]), "docs_anwser")
