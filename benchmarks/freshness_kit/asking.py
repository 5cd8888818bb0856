"""Questions built from deleted pages, and what they find before the deletion, directly after it, and later."""

import asyncio
from collections.abc import Sequence

import msgspec
from freshness_kit.pages import PAGES

from plimsoll.knowledge import Corpus
from plimsoll.records import Principal

PASSAGES = 50
AT_ONCE = 4


class Question(msgspec.Struct, frozen=True):
    """What may be asked about a page."""

    page: str
    text: str


class Answer(msgspec.Struct, frozen=True):
    """What one question found."""

    page: str
    """The page that it was built from."""
    sources: tuple[str, ...]
    """Documents of the passages."""
    chunks: tuple[str, ...]
    """Their chunks."""
    index_seq: int
    """How new the index was."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What questions built from the deleted pages found."""

    pages: int
    """Deleted pages."""
    moved: int
    """Those of them whose very content the later revision has under another name."""
    questions: int
    """Questions, each asked three times."""
    found_before: int
    """Questions that found their own page while it was there."""
    of_old_index: int
    """Questions that were put, directly after the deletion, to the index from before it."""
    deleted_found_by_old_index: int
    """Passages of deleted pages that these found: none may be."""
    deleted_found_after: int
    """Passages of deleted pages that were found after the index was built: none may be."""
    deleted_citable: int
    """Passages from before the deletion that may still be cited, those of moved pages left out: none may be."""


async def ask_all(corpus: Corpus, questions: Sequence[Question]) -> list[Answer]:
    """Ask every question, a few at once."""
    return [
        answer
        for some in in_parts(questions)
        for answer in await asyncio.gather(*(ask(corpus, question) for question in some))
    ]


async def ask(corpus: Corpus, question: Question) -> Answer:
    """Ask one question."""
    found = await corpus.retrieve(question.text, passages=PASSAGES, caller=Principal.local())
    sources = tuple(passage.source for passage in found.passages)
    return Answer(question.page, sources, tuple(passage.chunk_id for passage in found.passages), found.index_seq)


def in_parts(questions: Sequence[Question]) -> list[Sequence[Question]]:
    """Return the questions in groups that are asked at once."""
    return [questions[first : first + AT_ONCE] for first in range(0, len(questions), AT_ONCE)]


async def judge_answers(
    corpus: Corpus,
    *,
    before: Sequence[Answer],
    directly: Sequence[Answer],
    later: Sequence[Answer],
    moved: frozenset[str],
) -> Asked:
    """Count what deleted pages still answer. What a `moved` page said may be cited, under its new name."""
    deleted = {answer.page: f"{PAGES}/{answer.page}" for answer in before}
    forgotten = {name for page, name in deleted.items() if page not in moved}
    chunks = {
        chunk
        for answer in before
        for chunk, source in zip(answer.chunks, answer.sources, strict=True)
        if source in forgotten
    }
    return Asked(
        pages=len(deleted),
        moved=len(moved),
        questions=len(before),
        found_before=sum(deleted[answer.page] in answer.sources for answer in before),
        of_old_index=sum(answer.index_seq == before[0].index_seq for answer in directly),
        deleted_found_by_old_index=_count(directly, frozenset(deleted.values())),
        deleted_found_after=_count(later, frozenset(deleted.values())),
        deleted_citable=len(await corpus.readable(chunks, caller=Principal.local())),
    )


def _count(answers: Sequence[Answer], deleted: frozenset[str]) -> int:
    return sum(source in deleted for answer in answers for source in answer.sources)
