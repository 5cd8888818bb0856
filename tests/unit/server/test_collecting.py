import gc

from plimsoll.server.running.collecting import collecting_seldom


def test_cycles_are_looked_for_seldom_within_the_block_and_as_before_after_it():
    before = gc.get_threshold()
    with collecting_seldom():
        assert gc.get_threshold() == (20_000, 20, 50)
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
