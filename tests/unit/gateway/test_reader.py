import pytest

from plimsoll.gateway import ExtractedAnswer, Grounding, QuotedSentence, ReaderSettings, extract_answer
from plimsoll.gateway.reader import write_plainly
from plimsoll.records import Highlight, Passage

TEXT = "Returns take 30 days. Refunds are paid by card. Gifts are final."
FIRST, SECOND, THIRD = (0, 21), (22, 47), (48, 64)


def passage(*scored: tuple[tuple[int, int], float], text: str = TEXT) -> Passage:
    highlights = tuple(Highlight(start=start, end=end, score=score) for (start, end), score in scored)
    return Passage(chunk_id="c", document_id="d", source="s", title="t", text=text, highlights=highlights)


def read(*passages: Passage, answerable: bool = True, settings: ReaderSettings | None = None) -> ExtractedAnswer:
    grounding = Grounding(question="q", passages=passages, answerable=answerable)
    return extract_answer(grounding, settings or ReaderSettings())


def test_the_best_two_sentences_of_all_passages_are_quoted_best_first():
    answer = read(passage((FIRST, 0.6)), passage((SECOND, 0.9), (THIRD, 0.5)))
    assert answer == ExtractedAnswer(
        answer="Refunds are paid by card. Returns take 30 days.",
        quotes=(
            QuotedSentence(passage=2, quote="Refunds are paid by card."),
            QuotedSentence(passage=1, quote="Returns take 30 days."),
        ),
        abstained=False,
    )


def test_a_far_weaker_sentence_is_left_out():
    assert read(passage((FIRST, 0.9), (SECOND, 0.44))).answer == "Returns take 30 days."


def test_equal_scores_go_by_the_rank_of_the_passage():
    answer = read(passage((SECOND, 0.9)), passage((FIRST, 0.9)), settings=ReaderSettings(most_sentences=1))
    assert answer.quotes == (QuotedSentence(passage=1, quote="Refunds are paid by card."),)


def test_a_sentence_of_two_overlapping_chunks_is_said_once():
    assert read(passage((FIRST, 0.9)), passage((FIRST, 0.8))).answer == "Returns take 30 days."


def test_scores_below_zero_never_bring_a_second_sentence():
    assert read(passage((FIRST, -0.2), (SECOND, -0.3))).answer == "Returns take 30 days."


def test_without_highlights_it_abstains():
    assert read(passage(), passage()) == ExtractedAnswer(answer="", quotes=(), abstained=True)


def test_passages_that_do_not_hold_an_answer_make_it_abstain():
    assert read(passage((FIRST, 0.9)), answerable=False).abstained


def test_a_highlight_without_text_is_no_ground():
    assert read(passage(((21, 22), 0.9), ((99, 120), 0.8))).abstained


def test_every_quote_stands_in_its_passage():
    answer = read(passage(((20, 47), 0.9), (THIRD, 0.8)))
    assert all(quote.quote in TEXT for quote in answer.quotes)
    assert answer.answer == " ".join(quote.quote for quote in answer.quotes)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The link works\n  for 90 days.", "The link works for 90 days."),
        ("- **trace**: all spans of a request", "trace: all spans of a request."),
        ("| **span** | One step |", "span: One step."),
        ("A judge asks a model. |", "A judge asks a model."),
        ("3. Does it work?", "Does it work?"),
        ("> Quoted.", "Quoted."),
        ("1990 was hot.", "1990 was hot."),
        ("", ""),
    ],
)
def test_a_sentence_of_a_document_is_written_as_prose(sentence: str, expected: str):
    assert write_plainly(sentence) == expected
