"""Makes of a question what is searched for: rewritten where a model is there, and embedded before the deadline.

`Searcher` asks it. A step that does not come in time, or fails, is dropped and recorded; the plain question and its
words are always left.
"""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import Executor
from contextvars import copy_context

import numpy as np

from plimsoll.errors import Overloaded, PlimsollError
from plimsoll.knowledge.index.embedding import TextEmbedder, Vectors
from plimsoll.knowledge.retrieval.asked import Asked
from plimsoll.knowledge.retrieval.rewriting import Rewriter, usable_questions

_MOST_EMBEDDING = 16


class Preparing:
    """What prepares the questions that one corpus is asked."""

    def __init__(self, rewriter: Rewriter | None, *, embedders: Executor) -> None:
        """Take what rewrites, and threads that embed questions which have a deadline."""
        self._rewriter = rewriter
        self._embedders = embedders
        self._embedding = threading.BoundedSemaphore(_MOST_EMBEDDING)

    async def questions(self, asked: Asked) -> tuple[str, ...]:
        """Return what is searched for: the question, or what the rewriter made of it."""
        rewriter, attempt = self._rewriter, asked.attempt
        if not asked.plan.rewrite or rewriter is None:
            return (asked.text,)
        seconds = attempt.seconds_to_rewrite()
        try:
            with attempt.timed("rewrite"):
                async with asyncio.timeout(seconds):
                    written = await rewriter.rewrite(
                        asked.text, conversation=asked.conversation, caller=asked.caller, timeout_seconds=seconds
                    )
            usable = usable_questions(written)
        except TimeoutError:
            attempt.drop("rewrite", f"no answer within {seconds * 1_000:.0f} ms")
        except Exception as error:  # noqa: BLE001 - the plug-in boundary: the plain question is always there
            attempt.drop("rewrite", name_failure(error))
        else:
            if usable:
                return usable
            attempt.drop("rewrite", "it wrote no question")
        return (asked.text,)

    async def vectors(self, asked: Asked, questions: tuple[str, ...], embedder: TextEmbedder) -> Vectors | None:
        """Return the questions' vectors, of zeros where they do not come in time; None: embed them while searching."""
        attempt = asked.attempt
        if not attempt.has_deadline:
            return None
        seconds = attempt.seconds_to_embed()
        try:
            with attempt.timed("embed"):
                async with asyncio.timeout(seconds):
                    return await self._embed(questions, embedder)
        except TimeoutError:
            attempt.drop("dense", f"no vector within {seconds * 1_000:.0f} ms")
        except PlimsollError as error:
            attempt.drop("dense", name_failure(error))
        return no_vectors(questions, embedder)

    async def _embed(self, questions: tuple[str, ...], embedder: TextEmbedder) -> Vectors:
        if not self._embedding.acquire(blocking=False):
            raise Overloaded(f"{_MOST_EMBEDDING} questions wait for the embedding model.")
        try:
            job = self._embedders.submit(copy_context().run, embedder.embed, questions)
        except BaseException:
            self._embedding.release()
            raise
        # Counted until the model is done, however long its caller waits: threads cannot be stopped.
        job.add_done_callback(lambda _: self._embedding.release())
        return await asyncio.wrap_future(job)


def name_failure(error: Exception) -> str:
    """Return what a step that was dropped for this error is said to have failed by."""
    return error.code if isinstance(error, PlimsollError) else type(error).__name__


def no_vectors(questions: Sequence[str], embedder: TextEmbedder) -> Vectors:
    """Return rows of zeros: the questions are searched for by their words alone."""
    return np.zeros((len(questions), embedder.dimensions), np.float32)
