"""Personal data and secrets in texts: found by form and check digit, replaced by a mark. Pure, in linear time.

`Redactor` is the whole of it; `traces` calls it before it stores a text. It knows forms, not meanings: a name, an
address or a password in a sentence of its own making passes.
"""

from plimsoll.text.redaction.redactor import Redactor
from plimsoll.text.redaction.spans import KINDS, MARKS, Found, Kind

__all__ = ["KINDS", "MARKS", "Found", "Kind", "Redactor"]
