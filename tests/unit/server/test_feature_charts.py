from plimsoll.server.web.feature_charts import draw_trend


def test_a_trend_is_as_high_as_its_most_and_nothing_without_requests():
    assert draw_trend([0, 4, 2]) == "M166.7 96.0L500.0 4.0L833.3 50.0"
    assert (draw_trend([]), draw_trend([0, 0])) == ("", "")
