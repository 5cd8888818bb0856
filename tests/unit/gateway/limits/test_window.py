from plimsoll.gateway.limits.window import Window


def _window(*amounts: tuple[int, int]) -> Window:
    window = Window()
    for second, amount in amounts:
        window.add(second, amount)
    return window


def test_an_amount_counts_for_60_to_61_seconds():
    window = _window((10, 3))
    assert window.expire(70.999) == 3
    assert window.expire(71.0) == 0


def test_amounts_of_one_second_are_one_number_and_a_minute_holds_61_of_them():
    window = Window()
    for half_seconds in range(1_000):
        window.expire(half_seconds / 2)
        window.add(half_seconds // 2, 1)
    assert len(window._seconds) == 61
    assert window.used == 122


def test_what_was_not_needed_comes_back_in_the_second_it_was_taken():
    window = _window((10, 5), (20, 5))
    window.give_back(10, 4)
    assert window.used == 6
    assert window.expire(71.0) == 5


def test_what_counts_no_more_does_not_come_back_twice():
    window = _window((10, 5), (80, 2))
    assert window.expire(80.0) == 2
    window.give_back(10, 5)
    assert window.used == 2


def test_the_wait_is_until_enough_has_come_back():
    window = _window((10, 5), (20, 5))
    assert window.seconds_until(2, limit=10, now=30.0) == 41.0
    assert window.seconds_until(6, limit=10, now=30.0) == 51.0
    assert window.seconds_until(11, limit=10, now=30.0) is None
