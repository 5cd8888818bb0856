import pytest

from plimsoll.gateway.providers.failure import read_failure


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": {"message": "a  b."}}', "a b"),
        (b'{"error": "plain"}', "plain"),
        (b'{"message": "m"}', "m"),
        (b'{"detail": "d"}', "d"),
        (b"Bad gateway\n", "Bad gateway"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"", ""),
    ],
)
def test_a_failure_says_what_the_provider_said(body: bytes, said: str):
    assert read_failure(body) == said
