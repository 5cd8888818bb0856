"""Who has to act on a failure that another program reported, as far as its type, status and text tell. Pure."""

import re

from plimsoll.records import ErrorClass
from plimsoll.traces.otlp.sent import SentSpan

_FORMS = (
    (ErrorClass.LIMIT, re.compile(r"rate.?limit|\b429\b|quota|too.?many.?requests|resource.?exhausted", re.IGNORECASE)),
    (
        ErrorClass.INFRASTRUCTURE,
        re.compile(
            r"time(d)?.?out|connect|\b5\d\d\b|unavailable|overloaded|internal.?server|network|dns|socket|cancel",
            re.IGNORECASE,
        ),
    ),
    (
        ErrorClass.POLICY,
        re.compile(r"\b40[13]\b|auth|permission|forbidden|denied|content.?(filter|policy)|safety", re.IGNORECASE),
    ),
    (
        ErrorClass.VALIDATION,
        re.compile(
            r"\b4(00|04|22)\b|\bnot.?found|bad.?request|invalid|validation|value.?error|type.?error|key.?error",
            re.IGNORECASE,
        ),
    ),
)
_NAMES = ("error.type", "http.response.status_code", "http.status_code", "exception.type")


def classify(sent: SentSpan) -> ErrorClass | None:
    """Return the class of a span's error; None when nothing known is said: an unknown class is not guessed."""
    said = [str(sent.attributes[name]) for name in _NAMES if name in sent.attributes]
    said += [str(event.attributes.get("exception.type", "")) for event in sent.events if event.name == "exception"]
    # What kind of error it was comes first: its text may quote anything.
    for text in (" ".join(said), sent.status):
        for error_class, form in _FORMS:
            if form.search(text):
                return error_class
    return None
