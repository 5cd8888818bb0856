"""Chat completions, as a client other than our own reads them."""

import pytest

from plimsoll.testing import Said, SaidTool, SaidUsage, SeenRequest, Upstream

from contract.testing.parts import PLAIN, STREAM, talk

ALL = SaidUsage(input_tokens=100, output_tokens=50, cached_input_tokens=40, cache_write_tokens=20, reasoning_tokens=30)


def test_a_stream_is_role_words_finish_usage_and_done():
    with Upstream("Thirty days, ahoy.") as upstream:
        heard = talk(upstream, STREAM)
    assert heard.deltas[0].role == "assistant"
    assert [delta.content for delta in heard.deltas[1:]] == ["Thirty", " days,", " ahoy.", None]
    assert [chunk.choices[0].finish_reason for chunk in heard.chunks[:-1]] == [None] * 4 + ["stop"]
    assert heard.chunks[-1].choices == []
    assert (heard.chunks[-1].usage or {})["total_tokens"] == 18
    assert heard.events[-1] == b"[DONE]"
    assert heard.headers["content-type"].startswith("text/event-stream")


def test_a_stream_tells_its_tokens_only_where_asked():
    with Upstream() as upstream:
        heard = talk(upstream, {**PLAIN, "stream": True})
    assert (b"[DONE]" in heard.body, b"usage" in heard.body) == (True, False)


@pytest.mark.parametrize("text", ["", "  two  spaces ", "line\n\nline\n", "Füße 🚢 naïve"])
def test_a_streamed_text_is_the_text_to_the_character(text: str):
    with Upstream(text) as upstream:
        assert talk(upstream, STREAM).text == text


def test_tokens_are_told_with_their_subsets():
    with Upstream(usage=ALL) as upstream:
        usage = talk(upstream, PLAIN).completion.usage
    assert usage == {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 20},
        "completion_tokens_details": {"reasoning_tokens": 30},
    }


def test_an_answer_may_bring_its_own_tokens():
    def answer(seen: SeenRequest) -> Said:
        return Said(text="x", usage=SaidUsage(input_tokens=len(seen.raw), output_tokens=1))

    with Upstream(answer, usage=ALL) as upstream:
        told = talk(upstream, PLAIN).completion.usage
        assert (told or {})["prompt_tokens"] == len(upstream.requests[0].raw)


def test_tools_are_called_in_one_piece_and_in_many():
    said = Said(tool_calls=(SaidTool(name="find", arguments='{"ship": "Ann", "year": 1876}', id="call_7"),))
    with Upstream(said) as upstream:
        whole = talk(upstream, PLAIN).completion.choices[0]
        streamed = talk(upstream, STREAM)
    assert (whole.finish_reason, whole.message.content) == ("tool_calls", None)
    assert whole.message.tool_calls[0].function.arguments == said.tool_calls[0].arguments
    calls = [call for delta in streamed.deltas for call in delta.tool_calls]
    assert (calls[0].id, calls[0].function.name) == ("call_7", "find")
    assert "".join(call.function.arguments for call in calls) == said.tool_calls[0].arguments


def test_refusals_reasons_and_thoughts_have_their_fields():
    said = Said(refusal="I must not.", reasoning="Hm.", finish_reason="content_filter")
    with Upstream(said) as upstream:
        choice = talk(upstream, PLAIN).completion.choices[0]
        deltas = talk(upstream, STREAM).deltas
    assert choice.finish_reason == "content_filter"
    assert choice.message.refusal == "I must not."
    assert choice.message.reasoning_content == "Hm."
    assert "".join(delta.refusal or "" for delta in deltas) == "I must not."
    assert "".join(delta.reasoning_content or "" for delta in deltas) == "Hm."
