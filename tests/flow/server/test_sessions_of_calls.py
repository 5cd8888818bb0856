"""Calls of models as turns of the conversations that they name, and sessions of any id."""

from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from plimsoll.testing import Upstream

from contract.gateway.fronted import fronted

pytestmark = pytest.mark.anyio
CHAT = {"model": "fast", "messages": [{"role": "user", "content": "ping"}]}
MESSAGES = {**CHAT, "max_tokens": 9}
ODD = ("a/b c", "100 % größer/#?&=", "a//b", "..", "50%2F", "🐢")


async def test_calls_of_each_wire_name_their_conversation_and_a_header_wins(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            say = server.post
            header = {"x-plimsoll-session": "told größer"}
            user = {"user_id": "user_1_account_2_session_code-7"}
            replies = [
                await say("/v1/chat/completions", json={**CHAT, "metadata": {"session_id": "chat-17"}}),
                await say("/v1/chat/completions", json={**CHAT, "metadata": {"session_id": "x"}}, headers=header),
                await say("/v1/messages", json={**MESSAGES, "metadata": user}),
                await say("/v1/responses", json={"model": "fast", "input": "ping", "metadata": {"session_id": "r-1"}}),
                await say("/v1/chat/completions", json=CHAT),
            ]
            long = await say("/v1/chat/completions", json=CHAT, headers={"x-plimsoll-session": "x" * 201})
            listed = (await server.get("/api/sessions")).json()["sessions"]
    assert [reply.status for reply in replies] == [200] * 5
    assert long.status == 400
    assert sorted(one["id"] for one in listed) == ["chat-17", "code-7", "r-1", "told größer"]
    assert {one["pass_rate"] for one in listed} == {None}


async def test_a_session_of_any_id_opens_from_the_list(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            for session in ODD:
                await server.post("/v1/chat/completions", json={**CHAT, "metadata": {"session_id": session}})
            page = await server.get("/sessions", headers={"accept": "text/html"})
            for session in ODD:
                address = f"/sessions?{urlencode({'id': session})}"
                assert address.replace("&", "&amp;") in page.text
                assert (await server.get(address, headers={"accept": "text/html"})).status == 200
                assert (await server.get(f"/api{address}")).json()["id"] == session
            slash = await server.get(f"/api/sessions/{quote('a/b c', safe='')}")
            missing = await server.get("/api/sessions?id=nobody")
    assert (slash.json()["id"], missing.status) == ("a/b c", 404)
