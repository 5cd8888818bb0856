"""Whatever the document, chunks keep its text, its sections and the embedder's limit."""

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.knowledge.chunking.headings import chunk_document
from plimsoll.knowledge.parse.markdown import read_markdown

MARKDOWN = st.lists(
    st.sampled_from(["# A\n", "## B *x*\n", "word ", "A sentence ends. ", "\n\n", "- item\n", "| a | b |\n", "x" * 90]),
    max_size=120,
).map("".join)
LIMIT = 60


def count_tokens(text: str) -> int:
    return sum(-(-len(word) // 4) for word in text.split()) + 2


@settings(max_examples=60, deadline=None)
@given(MARKDOWN)
def test_chunks_lose_nothing_stay_within_the_limit_and_do_not_mix_sections(text: str) -> None:
    document = read_markdown(text, title="t")
    chunks = chunk_document(document, count_tokens=count_tokens, max_tokens=LIMIT)
    outside = text
    for chunk in reversed(chunks):
        body = text[chunk.start : chunk.end]
        assert count_tokens(body) + count_tokens(chunk.context) <= LIMIT + 2
        assert not any(chunk.start < heading.start < chunk.end for heading in document.headings)
        assert all(body[s.start : s.end].strip() == body[s.start : s.end] for s in chunk.sentences)
        outside = outside[: chunk.start] + outside[chunk.end :]
    for heading in reversed(document.headings):
        outside = outside.replace(text[heading.start : heading.end].strip(), "", 1)
    assert outside.split() == []
