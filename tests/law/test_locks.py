"""Dependencies are pinned and hashed, and no lock names where they come from."""

import re

from law.sources import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PLACE = re.compile(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|(^|\s)-[if]\s|file:", re.MULTILINE)


def test_there_is_a_lock_for_building_for_running_for_developing_and_for_the_model():
    assert [lock.name for lock in LOCKS] == ["build.txt", "core.txt", "dev.txt", "model.txt"]


def test_no_lock_names_an_address_or_an_index():
    assert [lock.name for lock in LOCKS if PLACE.search(lock.read_text(encoding="utf-8"))] == []


def test_every_pinned_package_has_a_hash():
    for lock in LOCKS:
        packages = re.split(r"^(?=[a-z0-9])", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert [p.splitlines()[0] for p in packages if p.strip() and "--hash=sha256:" not in p] == []


def test_torch_stays_out_of_the_core():
    assert not re.search(r"^torch==", (ROOT / "requirements" / "core.txt").read_text(encoding="utf-8"), re.MULTILINE)
