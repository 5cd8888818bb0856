"""Has Python look for cycles seldom while a server runs: it finds few, and looking costs a sixth of a request.

What is loaded when serving begins stays, so it is not looked through again (`gc.freeze`). Reference counts free nearly
everything at once; the collector only has to find cycles before they add up.
"""

import gc
from collections.abc import Generator
from contextlib import contextmanager

_SELDOM = (20_000, 20, 50)
"""Objects made and not freed before the young are looked through, and how often before the older ones are."""


@contextmanager
def collecting_seldom() -> Generator[None]:
    """Look for cycles seldom within the block."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
