"""How a scorer's finding becomes a `Score`. Pure; called by scorers and by whoever asks them."""

from plimsoll.records import Score

_LONGEST = 500


def judge(name: str, *, passed: bool, reason: str = "") -> Score:
    """Return the score of a yes-or-no scorer: 1 and passed, or 0 and not."""
    return Score(name=name, value=float(passed), passed=passed, by=name, reason=reason)


def cannot_tell(name: str, reason: str) -> Score:
    """Return a score without a value: it applies and could not be given, and is counted as missing."""
    return Score(name=name, value=None, by=name, reason=reason)


def shorten(text: str) -> str:
    """Return the text as every database takes it: without NUL and half characters, cut to 500."""
    clean = text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    return clean if len(clean) <= _LONGEST else f"{clean[: _LONGEST - 1]}…"
