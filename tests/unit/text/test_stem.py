"""Stems are those of the word that was asked for, whoever else asks."""

import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import pytest

from plimsoll.text.stem import stem

WORDS = [f"{first}{last}" for first in ("relat", "condit", "happi", "nation", "generat") for last in ("ional", "ness")]


@pytest.fixture
def hasty_threads() -> Generator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_that_stem_at_once_do_not_spoil_each_others_words() -> None:
    plain = stem.__wrapped__
    expected = [plain(word) for word in WORDS]
    with ThreadPoolExecutor(4) as threads:
        for _ in range(5):
            running = [threads.submit(lambda: [plain(word) for word in WORDS]) for _ in range(20)]
            assert [one.result() for one in running] == [expected] * 20
