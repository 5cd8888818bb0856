"""Law 6: every error class has a code, an HTTP status, someone who must act, and a place in the documentation."""

from collections.abc import Iterator

import plimsoll.errors
from plimsoll.errors import PlimsollError

from law.sources import ROOT

GROUPS = {"CallerError", "ProjectError", "OperatorError", "DocumentError", "UpstreamError"}


def _leaves(parent: type[PlimsollError] = PlimsollError) -> Iterator[type[PlimsollError]]:
    for child in parent.__subclasses__():
        if child.__name__ not in GROUPS:
            yield child
        yield from _leaves(child)


def test_every_error_has_a_code_of_its_own():
    codes = [error.code for error in _leaves()]
    assert "internal" not in codes
    assert len(codes) == len(set(codes))


def test_every_error_has_a_status_between_400_and_599():
    assert [error.__name__ for error in _leaves() if not 400 <= error.http_status <= 599] == []


def test_every_error_is_documented_under_its_anchor():
    reference = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    assert [error.code for error in _leaves() if f"## {error.code}\n" not in reference] == []


def test_every_error_stands_in_the_drawing_of_the_tree():
    drawing = plimsoll.errors.__doc__ or ""
    missing = [e.__name__ for e in _leaves() if f"{e.__name__} " not in drawing or f" {e.code} " not in drawing]
    assert missing == []
