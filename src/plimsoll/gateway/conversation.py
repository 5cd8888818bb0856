"""Which conversation a request over a wire says that it belongs to. Pure; nothing of it changes what is sent on."""

import re
from collections.abc import Mapping

import msgspec

LONGEST_SESSION = 200
"""Characters of a session's id; a longer one in a request's fields is no session."""

# Claude Code writes the session into the user's id: `user_…_account_…_session_ID`, or a JSON object with `session_id`.
_IN_USER_ID = re.compile(r"_session_([^\s]+)$")


class _Named(msgspec.Struct):
    id: str = ""


class _Metadata(msgspec.Struct):
    session_id: str = ""
    user_id: str | None = None


_decode_conversation = msgspec.json.Decoder(str | _Named | None).decode
_decode_metadata = msgspec.json.Decoder(_Metadata | None).decode


def read_session(fields: Mapping[str, msgspec.Raw]) -> str:
    """Return the session that a request's fields name, empty for none.

    `conversation` comes first (an id, or an object with one), then `metadata.session_id`, then a session within
    `metadata.user_id`. Fields of another shape name none: whether they are allowed is the provider's to say.
    """
    for named in (_name_conversation(fields), _name_in_metadata(fields)):
        session = named.strip()
        if 0 < len(session) <= LONGEST_SESSION:
            return session
    return ""


def _name_conversation(fields: Mapping[str, msgspec.Raw]) -> str:
    if "conversation" not in fields:
        return ""
    try:
        found = _decode_conversation(fields["conversation"])
    except msgspec.DecodeError:
        return ""
    return found.id if isinstance(found, _Named) else found or ""


def _name_in_metadata(fields: Mapping[str, msgspec.Raw]) -> str:
    if "metadata" not in fields:
        return ""
    try:
        found = _decode_metadata(fields["metadata"])
    except msgspec.DecodeError:
        return ""
    return "" if found is None else found.session_id.strip() or _name_in_user_id(found.user_id or "")


def _name_in_user_id(user_id: str) -> str:
    if user_id.startswith("{"):
        try:
            named = _decode_metadata(user_id)
        except msgspec.DecodeError:
            return ""
        return named.session_id if named is not None else ""
    found = _IN_USER_ID.search(user_id)
    return found[1] if found else ""
