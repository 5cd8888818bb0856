"""The git commit of a folder, read from git's own files."""

from pathlib import Path

from plimsoll.evals import read_revision

COMMIT, OTHER = "a" * 40, "b" * 40


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def test_a_branch_a_packed_branch_and_a_bare_commit_are_read(tmp_path: Path):
    head = tmp_path / ".git" / "HEAD"
    write(head, "ref: refs/heads/main")
    write(tmp_path / ".git" / "packed-refs", f"# pack-refs with: peeled\n{OTHER} refs/heads/main")
    assert read_revision(tmp_path) == OTHER
    write(tmp_path / ".git" / "refs" / "heads" / "main", COMMIT)
    assert read_revision(tmp_path / "features") == COMMIT
    write(head, OTHER)
    assert read_revision(tmp_path) == OTHER


def test_a_linked_worktree_leads_to_its_repository(tmp_path: Path):
    linked = tmp_path / "main" / ".git" / "worktrees" / "side"
    write(tmp_path / "side" / ".git", f"gitdir: {linked}")
    write(linked / "HEAD", "ref: refs/heads/side")
    write(linked / "commondir", "../..")
    write(tmp_path / "main" / ".git" / "refs" / "heads" / "side", COMMIT)
    assert read_revision(tmp_path / "side") == COMMIT


def test_a_repository_without_a_commit_or_with_junk_has_none(tmp_path: Path):
    write(tmp_path / ".git" / "HEAD", "ref: refs/heads/main")
    assert read_revision(tmp_path) is None
    (tmp_path / ".git" / "HEAD").write_bytes(b"\xff\xfe")
    assert read_revision(tmp_path) is None
