"""What a source no longer lists of what is known from it. Pure; asked before anything is forgotten."""

from collections import Counter
from collections.abc import Iterable, Sequence

from plimsoll.knowledge.sources.discover import is_under
from plimsoll.knowledge.sources.source import Listing, SourceItem
from plimsoll.knowledge.tables.documents import DocumentRow


def find_mine(known: Sequence[DocumentRow], listing: Listing, *, origin: str) -> list[DocumentRow]:
    """Return the documents that the listing speaks for: all of a declared source, else those under its folders."""
    return [row for row in known if row.origin == origin and (origin or is_under(row.source, listing.folders))]


def find_gone(mine: Sequence[DocumentRow], listing: Listing) -> list[DocumentRow]:
    """Return those of the documents that the listing has no more."""
    there = {item.name for item in listing.items} | listing.unreached
    return [row for row in mine if row.source not in there]


def find_unknown(listing: Listing, known: Sequence[DocumentRow]) -> list[SourceItem]:
    """Return what is listed under a name that is not known."""
    names = {row.source for row in known}
    return [item for item in listing.items if item.name not in names]


def count_moved(gone: Sequence[DocumentRow], unknown_hashes: Iterable[str]) -> int:
    """Return how many of the documents that are gone are listed under another name, by the hashes of their contents."""
    lost = Counter(row.content_hash for row in gone if row.content_hash)
    return (Counter(unknown_hashes) & lost).total()
