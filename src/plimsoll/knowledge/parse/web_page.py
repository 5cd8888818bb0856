# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The one door to trafilatura, which carries no types. `html` calls it; nobody else."""

import trafilatura

_UNSEEN = ("script", "style", "noscript", "template", "head")


def main_text(page: str) -> str:
    """Return the main content of the page as Markdown; empty where none is recognised."""
    found = trafilatura.extract(
        page, output_format="markdown", include_comments=False, include_tables=True, include_formatting=True
    )
    return str(found) if found else ""


def all_text(page: str) -> str:
    """Return every visible text of the page, a line a block; empty where there is none."""
    tree = trafilatura.load_html(page)
    if tree is None:
        return ""
    for element in list(tree.iter(*_UNSEEN)):
        element.clear(keep_tail=True)
    lines = (" ".join(str(piece).split()) for piece in tree.itertext())
    return "\n".join(line for line in lines if line)


def page_title(page: str) -> str | None:
    """Return the title that the page gives itself."""
    found = trafilatura.extract_metadata(page)
    return str(found.title) if found.title else None
