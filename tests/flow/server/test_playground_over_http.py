"""The playground over HTTP: for administrators, each trial for its owner, and nothing by a link."""

from pathlib import Path

import pytest

from plimsoll.records import Principal

from contract.server.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.model]
ASKED = {"feature": "docs_answer", "text": "How long do customers have to return an item?"}


async def test_a_trial_goes_from_draft_to_candidate(tmp_path: Path):
    async with served(tmp_path) as server:
        draft = (await server.get("/api/playground?feature=docs_answer")).json()["draft"]
        made = await server.post("/api/playground", json={**ASKED, "prompt": draft["prompt"] + "Be brief.\n"})
        trial = made.json()
        assert (made.status, trial["state"], trial["done"]) == (201, "ready", 0)
        path = f"/api/playground/{trial['id']}"
        began = await server.post(f"{path}/run", json={"max_cost_usd": 1})
        assert began.json()["state"] == "running"
        await server.project.playground.wait(trial["id"], caller=Principal.local())
        done = (await server.get(path)).json()
        assert (done["state"], done["done"], len(done["pairs"])) == ("done", 2, 1)
        assert "owner" not in done
        assert (await server.post(f"{path}/save", json={})).json()["saved_as"].startswith("prompts/")


async def test_only_administrators_may_and_only_their_own(tmp_path: Path):
    async with served(tmp_path) as server:
        trial = (await server.post("/api/playground", json=ASKED)).json()
        for scopes, status in ((frozenset({"ask", "read", "models"}), 403), (frozenset({"admin"}), 404)):
            key = await server.keys.create(f"other {status}", scopes=scopes)
            headers = {"Authorization": f"Bearer {key.secret.reveal()}"}
            reply = await server.get(f"/api/playground/{trial['id']}", headers=headers)
            assert reply.status == status


async def test_a_saved_candidate_is_written_into_its_feature_as_it_was_shown_and_not_otherwise(tmp_path: Path):
    async with served(tmp_path) as server:
        file = server.project.folder / "features/docs_answer.py"
        before = file.read_text(encoding="utf-8")
        made = await server.post("/api/playground", json={**ASKED, "prompt": "Be brief: {{ input.text }}\n"})
        path = f"/api/playground/{made.json()['id']}"
        unsaved = await server.post(f"{path}/place", json={"seen": ""})
        saved = (await server.post(f"{path}/save", json={})).json()["saved_as"]
        placing = (await server.get(path)).json()["placing"]
        file.write_text(before + "# edited\n", encoding="utf-8")
        stale = await server.post(f"{path}/place", json={"seen": placing["seen"]})
        file.write_text(before, encoding="utf-8")
        placed = await server.post(f"{path}/place", json={"seen": placing["seen"]})
    assert (unsaved.status, stale.status, placed.json()["placed_in"]) == (400, 400, "features/docs_answer.py")
    assert [line for line in placing["diff"][3:] if line[0] in "+-"] == [
        '-    prompt="prompts/answer.md",',
        f'+    prompt="{saved}",',
    ]
    assert file.read_text(encoding="utf-8") == before.replace("prompts/answer.md", saved)


async def test_another_tenant_writes_no_file_of_the_project(tmp_path: Path):
    async with served(tmp_path, allowed=("ai.example.com",)) as server:
        key = await server.keys.create("theirs", tenant="acme", scopes=("admin",))
        bearer = {"authorization": f"Bearer {key.secret.reveal()}"}
        trial = (await server.post("/api/playground", json=ASKED, headers=bearer)).json()
        refused = await server.post(f"/api/playground/{trial['id']}/place", json={"seen": ""}, headers=bearer)
    assert refused.status == 403


async def test_a_foreign_page_and_a_wrong_body_begin_nothing(tmp_path: Path):
    async with served(tmp_path) as server:
        foreign = await server.post("/playground", data=ASKED, headers={"Origin": "https://example.org"})
        wrong = await server.post("/api/playground", json={"feature": 1})
        assert (foreign.status, wrong.status) == (403, 400)
        assert (await server.get("/api/playground")).json()["trials"] == []
