"""Evaluations over HTTP: what each caller is shown, and what is refused in words."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plimsoll.project import open as open_project
from plimsoll.testing import Upstream

from contract.server.serving import Reply, Served, open_new_project, served
from flow.evals.test_calibration import judged_project
from flow.project.test_compared_runs import write_closed_project, write_row

pytestmark = [pytest.mark.anyio, pytest.mark.model]
PAGE = {"accept": "text/html"}


@asynccontextmanager
async def evaluated(folder: Path, allowed: tuple[str, ...] = ()) -> AsyncGenerator[tuple[Served, list[str]]]:
    """Serve a project with two runs, of which the first answers from a row that the person here alone may read."""
    async with open_new_project(folder) as project:
        write_closed_project(project.folder)
    async with open_new_project(folder) as project:
        await project.knowledge.ingest()
        await project.knowledge.sync("docs")
        before = await project.evals.run("docs_answer")
        write_row(project.folder, "The canteen serves soup on Fridays.")
        await project.knowledge.sync("docs")
        after = await project.evals.run("docs_answer")
    runs = [before.id, after.id]
    async with served(folder, allowed=allowed) as server:
        yield server, runs


def paths_of(runs: list[str]) -> list[str]:
    pages = [
        "/evals",
        f"/evals/runs/{runs[0]}",
        f"/evals/runs/{runs[1]}",
        f"/evals/compare?baseline={runs[0]}&candidate={runs[1]}",
        "/evals/history/docs_answer",
        "/evals/judges",
        "/evals/datasets",
        "/evals/datasets/docs_answer",
    ]
    return [*pages, *(f"/api{page}" for page in pages)]


async def get_as(server: Served, path: str, key: str) -> Reply:
    return await server.get(path, headers={**PAGE, "authorization": f"Bearer {key}"})


async def test_the_runs_of_a_feature_stand_below_what_the_newest_says_of_its_line(tmp_path: Path):
    async with evaluated(tmp_path) as (server, _):
        feature = (await server.get("/api/evals")).json()["features"][0]
        page = (await server.get("/evals", headers=PAGE)).text
    assert (feature["verdict"], "cannot tell" in feature["reason"]) == ("cannot tell", True)
    assert page.index('aria-label="Unknown"') < page.index("/evals/runs/")


async def test_each_run_of_the_history_has_its_mark(tmp_path: Path):
    async with evaluated(tmp_path) as (server, runs):
        entries = (await server.get("/api/evals/history/docs_answer")).json()["runs"]
        page = (await server.get("/evals/history/docs_answer", headers=PAGE)).text
    assert [(one["run_id"], one["verdict"]) for one in entries] == [(run, "cannot tell") for run in reversed(runs)]
    assert page.count('aria-label="Unknown"') == 2


async def test_the_person_here_sees_both_answers_of_a_case_that_regressed(tmp_path: Path):
    async with evaluated(tmp_path) as (server, runs):
        path = f"/evals/compare?baseline={runs[0]}&candidate={runs[1]}"
        shown = await server.get(path, headers=PAGE)
        twin = (await server.get(f"/api{path}")).json()
    assert "Zephyrine" in shown.text
    assert "When are salaries paid each month?" in shown.text
    assert twin["comparison"]["counts"]["regressed"] == 1


async def test_nobody_else_is_shown_what_rests_on_a_closed_document_and_other_tenants_nothing(tmp_path: Path):
    async with evaluated(tmp_path, ("ai.example.com",)) as (server, runs):
        create = server.keys.create
        reader = (await create("reader", scopes=("read",))).secret.reveal()
        chief = (await create("chief", scopes=("admin",))).secret.reveal()
        asker = (await create("asker", scopes=("ask",))).secret.reveal()
        stranger = (await create("stranger", scopes=("read", "admin"), tenant="acme")).secret.reveal()
        for path in paths_of(runs):
            shown = {name: await get_as(server, path, key) for name, key in (("reader", reader), ("chief", chief))}
            assert {name: (reply.status, "Zephyrine" in reply.text) for name, reply in shown.items()} == {
                "reader": (200, False),
                "chief": (200, False),
            }, path
            refused = [(await get_as(server, path, key)).status for key in (asker, stranger, "plm_wrong")]
            assert refused == [403, 403, 401], path
        cases = [(await get_as(server, "/evals/datasets/docs_answer", key)).text for key in (reader, chief)]
        assert ["When are salaries paid" in text for text in cases] == [False, True]
        assert "administrators see them" in cases[0]


async def test_a_judge_is_shown_with_its_calibrations_and_single_rulings_to_administrators_only(tmp_path: Path):
    judged_project(tmp_path).rename(tmp_path / "shop")
    with Upstream(answer='{"reason": "So.", "verdict": "pass"}') as upstream:
        environ = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": upstream.base_url}
        async with open_project(tmp_path / "shop", environ=environ) as project:
            await project.evals.judges.calibrate("is_polite", "labelled")
    async with served(tmp_path, allowed=("ai.example.com",)) as server:
        reader = (await server.keys.create("reader", scopes=("read",))).secret.reveal()
        chief = (await server.keys.create("chief", scopes=("admin",))).secret.reveal()
        page = (await get_as(server, "/evals/judges", reader)).text
        rulings = [
            (await get_as(server, "/api/evals/judges", key)).json()["judges"][0]["history"][0]["rulings"]
            for key in (reader, chief)
        ]
        whole = (await get_as(server, "/evals/judges", chief)).text
    assert "is_polite" in page
    assert '<td class="number" data-label="Labels">12' in page
    assert [len(one) for one in rulings] == [0, 12]
    assert ("c11" in page, "c11" in whole) == (False, "Where it differs" in whole)


async def test_what_is_not_there_is_said_with_the_next_command(tmp_path: Path):
    async with served(tmp_path) as server:
        empty = await server.get("/evals", headers=PAGE)
        assert "plimsoll eval docs_answer" in empty.text
        assert (await server.get("/api/evals")).json()["features"][0]["runs"] == []
        assert "No line names a judge" in (await server.get("/evals/judges", headers=PAGE)).text
        assert "Not evaluated yet" in (await server.get("/evals/history/docs_answer", headers=PAGE)).text
        statuses = {
            path: (await server.get(path)).status
            for path in (
                "/api/evals/runs/abcdef",
                "/api/evals/runs/zz",
                "/api/evals/compare",
                "/api/evals/compare?baseline=abcdef&candidate=abcdef",
                "/api/evals/history/nothing",
                "/api/evals/datasets/nothing",
                "/api/evals/datasets/..%2f..%2fplimsoll",
                "/api/evals/datasets/plimsoll.jsonl",
                "/api/evals/datasets/docs_answer?first=x",
            )
        }
    assert list(statuses.values()) == [404, 400, 400, 404, 404, 400, 404, 404, 400], statuses
