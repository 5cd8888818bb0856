"""What a model was told to be, by a name that is the same for the same words: prompts that nobody gave a version. Pure.

Only the beginning of what a call was asked is read (`HEAD`), so that thousands of calls can be: its first message.
"""

import hashlib
import re

HEAD = 4_096
"""Characters of a call's input that are looked at."""
_SYSTEM = re.compile(r'\[\s*\{\s*"role"\s*:\s*"(?:system|developer)"')
# Within a text a quotation mark is escaped, so that this is the next message.
_NEXT = re.compile(r'(?<!\\)"role"')
_WORDS = re.compile(r'"(?:content|text)"\s*:\s*"((?:[^"\\]|\\.)*)')
_LONGEST_SHOWN = 40
_DIGEST_BYTES = 4


def name_instructions(system: str, asked: str) -> str:
    """Return a name for the instructions that were sent apart, else for a first message that is the system's.

    It is how they begin and a hash of all of them; empty where there are none.
    """
    text = system or _first_message(asked[:HEAD])
    if not text:
        return ""
    said = _WORDS.search(text)
    begin = " ".join((said[1] if said else text).replace("\\n", " ").split())[:_LONGEST_SHOWN]
    return f"{begin}… ({hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()})"


def _first_message(asked: str) -> str:
    begun = _SYSTEM.match(asked)
    if begun is None:
        return ""
    following = _NEXT.search(asked, begun.end())
    return asked[: following.start()] if following else asked
