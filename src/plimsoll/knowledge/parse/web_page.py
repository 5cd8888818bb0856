# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The one door to trafilatura, which carries no types. `html` calls it; nobody else."""

from collections.abc import Iterator

import trafilatura
from lxml.etree import iterwalk
from lxml.html import HtmlElement

_UNSEEN = ("script", "style", "noscript", "template", "head")
_WITHIN_A_LINE_TEXT = """
a abbr b bdi cite code em font i kbd label mark q s small span strong sub sup u var
"""
_WITHIN_A_LINE = frozenset(_WITHIN_A_LINE_TEXT.split())
_BREAK = "\f"


def main_text(page: str) -> str:
    """Return the main content of the page as Markdown; empty where none is recognised."""
    found = trafilatura.extract(
        page, output_format="markdown", include_comments=False, include_tables=True, include_formatting=True
    )
    return str(found) if found else ""


def all_text(page: str) -> str:
    """Return every visible text of the page, a line a block; empty where there is none."""
    tree = trafilatura.load_html(page) if page.strip() else None
    if tree is None:
        return ""
    for element in list(tree.iter(*_UNSEEN)):
        element.clear(keep_tail=True)
    lines = (" ".join(line.split()) for line in "".join(_pieces(tree)).split(_BREAK))
    return "\n".join(line for line in lines if line)


def _pieces(tree: HtmlElement) -> Iterator[str]:
    for event, element in iterwalk(tree, events=("start", "end")):
        is_block = element.tag not in _WITHIN_A_LINE
        if event == "start":
            yield (_BREAK if is_block else "") + (element.text or "" if isinstance(element.tag, str) else "")
        else:
            yield (_BREAK if is_block else "") + (element.tail or "" if element is not tree else "")


def page_title(page: str) -> str | None:
    """Return the title that the page gives itself."""
    found = trafilatura.extract_metadata(page)
    return str(found.title) if found.title else None
