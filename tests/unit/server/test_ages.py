from plimsoll.server.web.ages import format_age, format_span


def test_an_age_that_nobody_knows_is_said():
    assert (format_age(None), format_age(7_200.0)) == ("never", "2 hours ago")
    assert (format_span(None), format_span(90.0)) == ("\N{EN DASH}", "1 minute")
