"""Scripts of answers, whatever is said: odd cuts lose no byte, and breaking off leaves the first events whole."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.testing import Fault, FaultKind, Said, SaidTool, SaidUsage, SeenRequest
from plimsoll.testing.acting.streams import STREAM_ACTS, send_stream
from plimsoll.testing.said import Voice
from plimsoll.testing.speaking import SPEAKERS, Spoken
from plimsoll.testing.speaking.spoken import split_words

TEXTS = st.text(max_size=60)
TOOLS = st.builds(
    SaidTool,
    name=st.text("abc", min_size=1, max_size=5),
    arguments=st.dictionaries(TEXTS, TEXTS | st.integers(), max_size=3).map(
        lambda one: msgspec.json.encode(one).decode()
    ),
)
ANSWERS = st.builds(Said, text=TEXTS, reasoning=TEXTS, tool_calls=st.lists(TOOLS, max_size=2).map(tuple))
PATHS = st.sampled_from(["/v1/chat/completions", "/v1/messages", "/v1/responses"])


def speak(path: str, said: Said) -> Spoken:
    seen = SeenRequest(method="POST", path=path, headers={}, body={"model": "m", "stream": True})
    return SPEAKERS["POST", path](Voice(answer=said, usage=SaidUsage(), models=()), seen)


def write(spoken: Spoken, kind: FaultKind) -> list[bytes]:
    """What goes over the wire, one entry a write."""
    return [step for step in STREAM_ACTS[kind](Fault(kind=kind), spoken) if isinstance(step, bytes)]


@given(TEXTS)
def test_words_are_the_text(text: str):
    assert "".join(split_words(text)) == text


@given(PATHS, ANSWERS)
def test_oddly_cut_streams_hold_the_same_bytes(path: str, said: Said):
    spoken = speak(path, said)
    good = b"".join(step for step in send_stream(spoken) if isinstance(step, bytes))
    split, joined = write(spoken, FaultKind.SPLIT), write(spoken, FaultKind.JOINED)
    assert (b"".join(split), joined) == (good, [good])
    assert max(map(len, split)) <= 11


@given(PATHS, ANSWERS, st.integers(0, 60))
def test_a_stream_that_breaks_off_holds_the_first_events(path: str, said: Said, after: int):
    spoken = speak(path, said)
    for kind in (FaultKind.END_EARLY, FaultKind.RESET, FaultKind.STALL):
        script = STREAM_ACTS[kind](Fault(kind=kind, after=after), spoken)
        steps = [step for step in script if isinstance(step, bytes)]
        assert steps[:after] == [event.encode() for event in spoken.events[:after]]


@given(ANSWERS)
def test_streamed_arguments_are_what_messages_say_whole(said: Said):
    spoken = speak("/v1/messages", said)
    pieces = ["" for _ in said.tool_calls]
    first = len([block for block in (said.reasoning, said.text) if block])
    for event in spoken.events:
        match event.content:
            case {"index": int(index), "delta": {"type": "input_json_delta", "partial_json": str(piece)}}:
                pieces[index - first] += piece
            case _:
                continue
    sent = [msgspec.json.decode(tool.arguments) for tool in said.tool_calls]
    assert [msgspec.json.decode(piece) for piece in pieces] == sent
