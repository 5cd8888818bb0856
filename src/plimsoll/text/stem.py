# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The one door to the stemmer, which carries no types. `words` calls it; nobody else."""

import functools
import threading

import snowballstemmer

_ENGLISH = snowballstemmer.stemmer("english")
# The stemmer keeps the word that it works on in itself: two threads at once would spoil each other's.
_TURN = threading.Lock()


@functools.lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the stem of a lower-cased English word (Snowball); remembers the last 65,536 words."""
    with _TURN:
        return str(_ENGLISH.stemWord(word))
