"""What a call came to, as headers of its response. Pure."""

from plimsoll.gateway import Receipt

Header = tuple[bytes, bytes]
_LONGEST = 200


def describe_receipt(receipt: Receipt) -> list[Header]:
    """Return the headers of a whole answer; the cost is left out where it is unknown, it is not 0."""
    headers = describe_call(receipt)
    if receipt.cost_usd is not None:
        headers.append((b"x-plimsoll-cost-usd", b"%.9f" % receipt.cost_usd))
    return headers


def describe_call(receipt: Receipt) -> list[Header]:
    """Return the headers that are known before an answer is over; the overhead is that until now, in milliseconds."""
    return [
        (b"x-plimsoll-trace-id", receipt.trace_id.encode()),
        (b"x-plimsoll-model", safe_value(f"{receipt.provider}/{receipt.model}")),
        (b"x-plimsoll-served", receipt.served.encode()),
        (b"x-plimsoll-attempts", b"%d" % receipt.attempts),
        (b"x-plimsoll-overhead-ms", b"%.3f" % receipt.overhead_ms),
    ]


def safe_value(text: str) -> bytes:
    """Return a text that callers or providers chose as a header's value: no control characters, and not without end."""
    text = text[:_LONGEST]
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text.encode("latin-1", "replace")
