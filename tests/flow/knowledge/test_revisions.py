"""A set of pages in two revisions: only changed chunks are embedded again, and deleted pages answer no more."""

import asyncio
import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from plimsoll.knowledge import Corpus, DeclaredSource, FolderSource, IngestReport
from plimsoll.records import Principal

from flow.knowledge.opened import kept_texts, opened, write_files
from unit.knowledge.scripted_embedder import ScriptedEmbedder

DATA = Path(os.environ.get("PLIMSOLL_DATA", Path(__file__).parents[3] / "../shared/data")).resolve() / "fastapi_docs"
Pages = Mapping[str, str]
"""Texts by path."""


def lay_out(folder: Path, pages: Pages) -> None:
    shutil.rmtree(folder / "pages", ignore_errors=True)
    write_files(folder, {f"pages/{path}": text for path, text in pages.items()})


async def synced(corpus: Corpus) -> IngestReport:
    [report] = await corpus.sync()
    assert report.report is not None, report.message
    return report.report


async def sources(corpus: Corpus, question: str) -> tuple[set[str], int]:
    """Return which documents answer, and how new the index is."""
    found = await corpus.retrieve(question, passages=50, caller=Principal.local())
    return {passage.source for passage in found.passages}, found.index_seq


async def assert_followed(folder: Path, earlier: Pages, later: Pages) -> IngestReport:
    """Synchronise one revision, then the other; check what is embedded and what answers, and return the report."""
    url, embedder = f"sqlite:///{folder / 'state.db'}", ScriptedEmbedder()
    pages = [DeclaredSource(name="pages", source=FolderSource(["pages"], root=folder))]
    async with (
        opened(folder, embedder, sources=pages, index=folder / "writing") as writing,
        opened(folder, sources=pages, index=folder / "asking") as asking,
    ):
        lay_out(folder, earlier)
        await synced(writing)
        before = await kept_texts(url)
        gone = {f"pages/{path}": text for path, text in earlier.items() if path not in later}
        questions = [
            (page, line.lstrip("# ")) for page, text in gone.items() for line in re.findall(r"(?m)^#.+$", text)
        ]
        asked = [(page, await sources(asking, question)) for page, question in questions]
        assert sum(page in found for page, (found, _) in asked) >= 0.9 * len(asked)
        embedder.embedded.clear()
        lay_out(folder, later)
        report = await synced(writing)
        assert_only_changes_embedded(embedder.embedded, before, await kept_texts(url), moved=find_moved(earlier, later))
        first, seq = await sources(asking, questions[0][1])
        assert (first & set(gone), seq) == (set(), asked[0][1][1]), "the index from before the deletion was asked"
        for _, question in questions:
            for corpus in (asking, writing):
                assert (await sources(corpus, question))[0].isdisjoint(gone)
    return report


def assert_only_changes_embedded(
    embedded: list[str], before: Mapping[str, list[str]], after: Mapping[str, list[str]], *, moved: set[str]
) -> None:
    """Each text that its page did not have was embedded once, and no other."""
    new = [
        text for page, texts in after.items() if page not in moved for text in texts if text not in before.get(page, ())
    ]
    assert Counter(embedded) == Counter(new)


def find_moved(earlier: Pages, later: Pages) -> set[str]:
    gone = {text for path, text in earlier.items() if path not in later}
    return {f"pages/{path}" for path, text in later.items() if path not in earlier and text in gone}


def page(name: str, *parts: str) -> str:
    return f"# The page {name}\n\n" + "".join(
        f"## Part {number} of {name}\n\n{text} is said by {name}.\n\n" for number, text in enumerate(parts)
    )


def test_pages_that_change_move_and_go_are_followed(tmp_path: Path) -> None:
    stay = {f"{name}.md": page(name, "Yes", "No", "Perhaps") for name in ("ash", "beech", "cedar", "elm")}
    earlier = stay | {
        "oak.md": page("oak", "One", "Two", "Three"),
        "pine.md": page("pine", "Old"),
        "fir.md": page("fir", "Evergreen"),
    }
    later = stay | {
        "oak.md": page("oak", "One", "Two and a half", "Three"),
        "larch.md": page("larch", "New"),
        "deep/fir.md": page("fir", "Evergreen"),
    }
    report = asyncio.run(assert_followed(tmp_path, earlier, later))
    assert (report.added, report.changed, report.moved, report.removed, report.unchanged) == (1, 1, 1, 1, 4)
    assert report.texts_embedded == 2


@pytest.mark.slow
@pytest.mark.real_data
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no pages at {DATA}: set PLIMSOLL_DATA")
def test_real_documentation_is_followed_over_fifteen_months(tmp_path: Path) -> None:
    lines = (DATA / "changes_2023-05-16_to_2024-08-31.jsonl").read_bytes().splitlines()
    listed = {one["path"]: one["status"] for one in map(msgspec.json.decode, lines)}
    taken = [path for place, (path, status) in enumerate(listed.items()) if status == "removed" or place % 4 == 0]

    def read(revision: str) -> dict[str, str]:
        return {
            path: (DATA / revision / path).read_text("utf-8") for path in taken if (DATA / revision / path).exists()
        }

    report = asyncio.run(assert_followed(tmp_path, read("2023-05-16"), read("2024-08-31")))
    count = Counter(listed[path] for path in taken)
    assert (report.added + report.moved, report.changed) == (count["added"], count["modified"])
    assert (report.removed + report.moved, report.unchanged) == (count["removed"], count["unchanged"])
