"""Names that other programs give, short enough for an index. Pure.

A row of PostgreSQL's b-tree holds about 2,700 bytes, and one index of the traces joins seven of these names: a
longer one would make its trace unstorable.
"""

import hashlib

MOST_BYTES = 256
"""The longest name that is stored as it is, in bytes of UTF-8."""
MOST_BYTES_OF_STEPS = 1_024
"""The longest name of a step, which stands in an index with nothing else."""
MOST_TAGS = 64
"""Tags of a trace that are kept, the first in order."""
_SURELY_SHORT = MOST_BYTES // 4
_MARK = "…"
_DIGEST_BYTES = 8


def shorten_name(name: str, *, most_bytes: int = MOST_BYTES) -> str:
    """Return the name, cut to so many bytes of UTF-8 where it is longer: its beginning, a mark, a hash of all of it.

    Two names that begin alike stay two, so that nobody is taken for another. A cut name is returned as it is.
    """
    if len(name) <= _SURELY_SHORT:
        return name
    encoded = name.encode()
    if len(encoded) <= most_bytes:
        return name
    digest = _MARK + hashlib.blake2b(encoded, digest_size=_DIGEST_BYTES).hexdigest()
    kept = encoded[: most_bytes - len(digest.encode())].decode(errors="ignore")
    return kept + digest
