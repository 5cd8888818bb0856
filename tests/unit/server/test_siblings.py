"""Metrics of several workers as one text."""

from plimsoll.server.running.siblings import merge_metrics

FIRST = b'# HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total{worker="1"} 3.0\n'
SECOND = b'# HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total{worker="2"} 4.0\n'
OTHER = b"# HELP pending Waiting.\n# TYPE pending gauge\npending 0.0\n"


def test_the_samples_of_a_family_stand_together_under_one_heading():
    merged = merge_metrics([FIRST + OTHER, SECOND])
    assert merged == FIRST + b'calls_total{worker="2"} 4.0\n' + OTHER


def test_one_worker_alone_is_as_it_was():
    assert merge_metrics([FIRST + OTHER]) == FIRST + OTHER


def test_a_family_without_samples_keeps_its_heading():
    empty = b"# HELP gone Nothing.\n# TYPE gone counter\n"
    assert merge_metrics([empty, empty]) == empty
