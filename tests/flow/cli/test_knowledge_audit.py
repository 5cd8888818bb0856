"""`plimsoll knowledge audit` over a declared source: what belongs to it is no orphan, what is left of it is."""

from pathlib import Path

from flow.cli.commands import plimsoll

SOURCE = """
[knowledge.docs]
paths = []
[knowledge.docs.sources.wiki]
kind = "folder"
paths = ["wiki"]
"""
OTHER = SOURCE.replace("sources.wiki", "sources.other")


def says_orphaned(project: Path) -> bool:
    return '"orphaned"' in plimsoll(project, "knowledge", "audit", "docs", "--json").out


def test_documents_are_orphans_once_their_source_is_declared_no_more(tmp_path: Path):
    (tmp_path / "wiki").mkdir()
    (tmp_path / "wiki" / "tides.md").write_text("# Tides\n\nThe tide turns every six hours.\n")
    (tmp_path / "plimsoll.toml").write_text(SOURCE)
    synced = plimsoll(tmp_path, "knowledge", "sync")
    assert synced.code == 0, synced.err
    assert not says_orphaned(tmp_path)
    (tmp_path / "plimsoll.toml").write_text(OTHER)
    assert says_orphaned(tmp_path)
