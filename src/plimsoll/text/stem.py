# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The one door to the stemmer, which carries no types. `words` calls it; nobody else."""

import functools

import snowballstemmer

_ENGLISH = snowballstemmer.stemmer("english")


@functools.lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the stem of a lower-cased English word (Snowball); remembers the last 65,536 words."""
    return str(_ENGLISH.stemWord(word))
