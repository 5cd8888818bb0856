"""What Word's styles and numberings say about a paragraph: heading or not, how deep, list or not, which number.

`docx` asks it for each paragraph. Styles are known by their names, which Word keeps in English in every language.
"""

import re
from collections import Counter
from xml.etree.ElementTree import Element

from plimsoll.knowledge.parse.office.package import Link, Package, attribute, child, children, whole_number

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_DEEPEST = 9
_LONGEST_INHERITANCE = 12
_UNNUMBERED = {"bullet", "none", ""}


class WordStyles:
    """Styles and numberings of one document; counts the numbers of its lists as they are asked for."""

    def __init__(self, package: Package, links: dict[str, Link]) -> None:
        """Read the two parts, where the document has them."""
        by_kind = {link.kind: link.target for link in links.values()}
        styles = package.tree(by_kind.get("styles", ""))
        self._styles = {attribute(style, "styleId"): style for style in children(styles, "style")}
        self._formats = _formats(package.tree(by_kind.get("numbering", "")))
        self._counts: Counter[tuple[str, int]] = Counter()

    def heading_level(self, paragraph: Element) -> int | None:
        """Return 0 for the document's title, 1 to 9 for a heading, None for other paragraphs."""
        properties = child(paragraph, "pPr")
        outline = _number(child(properties, "outlineLvl"))
        if outline is not None:
            return outline + 1 if outline < _DEEPEST else None
        for style in self._inherited(properties):
            name = attribute(named, "val") if (named := child(style, "name")) is not None else ""
            if name.lower() == "title":
                return 0
            if match := _HEADING.fullmatch(name):
                return int(match[1])
            outline = _number(child(style, "pPr", "outlineLvl"))
            if outline is not None:
                return outline + 1 if outline < _DEEPEST else None
        return None

    def list_mark(self, paragraph: Element) -> str:
        """Return the mark of a list item, indented: `-` or its number; empty for other paragraphs."""
        properties = child(paragraph, "pPr")
        candidates = [properties, *(child(style, "pPr") for style in self._inherited(properties))]
        numbering = next((found for p in candidates if (found := child(p, "numPr")) is not None), None)
        list_id = attribute(found, "val") if (found := child(numbering, "numId")) is not None else ""
        if not list_id or list_id == "0":
            return ""
        depth = min(_number(child(numbering, "ilvl")) or 0, _DEEPEST)
        return "  " * depth + self._mark(list_id, depth)

    def _mark(self, list_id: str, depth: int) -> str:
        if self._formats.get((list_id, depth), "") in _UNNUMBERED:
            return "-"
        self._counts[list_id, depth] += 1
        for deeper in range(depth + 1, _DEEPEST + 1):
            self._counts.pop((list_id, deeper), None)
        return f"{self._counts[list_id, depth]}."

    def _inherited(self, properties: Element | None) -> list[Element]:
        chain: list[Element] = []
        name = child(properties, "pStyle")
        while name is not None and len(chain) < _LONGEST_INHERITANCE:
            style = self._styles.get(attribute(name, "val"))
            if style is None:
                break
            chain.append(style)
            name = child(style, "basedOn")
        return chain


def _formats(numbering: Element | None) -> dict[tuple[str, int], str]:
    kinds: dict[tuple[str, int], str] = {}
    for abstract in children(numbering, "abstractNum"):
        for level in children(abstract, "lvl"):
            kind = child(level, "numFmt")
            place = whole_number(attribute(level, "ilvl")) or 0
            kinds[attribute(abstract, "abstractNumId"), place] = attribute(kind, "val") if kind is not None else ""
    formats: dict[tuple[str, int], str] = {}
    for item in children(numbering, "num"):
        reference = child(item, "abstractNumId")
        wanted = attribute(reference, "val") if reference is not None else ""
        formats.update({(attribute(item, "numId"), place): kind for (a, place), kind in kinds.items() if a == wanted})
    return formats


def _number(element: Element | None) -> int | None:
    return whole_number(attribute(element, "val")) if element is not None else None
