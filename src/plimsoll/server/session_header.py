"""The header that names the conversation a request is a turn of: of features and of models alike."""

from plimsoll.errors import InvalidRequest
from plimsoll.gateway import LONGEST_SESSION

SESSION_HEADER = "x-plimsoll-session"


def read_session_header(raw: bytes) -> str:
    """Return the session that the header's value names, read as UTF-8; empty for none. Raises InvalidRequest."""
    try:
        session = raw.decode().strip()
    except UnicodeDecodeError:
        # What a header is by RFC 9110, section 5.5, where it is no UTF-8.
        session = raw.decode("latin-1").strip()
    if len(session) > LONGEST_SESSION:
        raise InvalidRequest(f"{SESSION_HEADER} is longer than {LONGEST_SESSION} characters.")
    return session
