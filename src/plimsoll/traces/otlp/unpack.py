# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportGeneralTypeIssues=false
"""Unpack a gzip body without ever holding more of it than the limit. Pure. The only file that touches ISA-L."""

from isal import isal_zlib

from plimsoll.errors import InvalidRequest, TooLarge

EXPORT_BYTES = 20 * 2**20
"""Largest export request, unpacked."""
_GZIP = 16 + isal_zlib.MAX_WBITS
_PIECE = 256 * 1024
# A body of a million empty members would keep us busy for seconds and say nothing.
_MOST_MEMBERS = 256


def unpack(body: bytes, *, limit: int = EXPORT_BYTES) -> bytes:
    """Return the content of a gzip body. Raises TooLarge beyond `limit` bytes, InvalidRequest for what is no gzip."""
    parts: list[bytes] = []
    size = 0
    rest = body
    for _ in range(_MOST_MEMBERS):
        rest, size = _unpack_member(rest, parts, size=size, limit=limit)
        if not rest:
            return parts[0] if len(parts) == 1 else b"".join(parts)
    raise InvalidRequest(f"The body has more than {_MOST_MEMBERS} gzip members.", next_step="Send it as one.")


def _unpack_member(packed: bytes, parts: list[bytes], *, size: int, limit: int) -> tuple[bytes, int]:
    """Unpack one member onto `parts`; return what follows it, and the size so far."""
    unpacker = isal_zlib.decompressobj(_GZIP)
    try:
        while not unpacker.eof:
            piece = unpacker.decompress(packed, min(_PIECE, limit - size + 1))
            packed = unpacker.unconsumed_tail
            size += len(piece)
            if size > limit:
                raise too_large(limit)
            parts.append(piece)
            if not piece and not packed and not unpacker.eof:
                raise InvalidRequest("The gzip body is cut off.", next_step="Send it whole.")
    except isal_zlib.error as error:
        raise InvalidRequest(
            f"The body is not gzip: {error}.", next_step="Send gzip, or no Content-Encoding."
        ) from error
    return unpacker.unused_data, size


def too_large(limit: int = EXPORT_BYTES) -> TooLarge:
    """Return the error for an export request beyond the limit."""
    return TooLarge(
        f"The export request is larger than {limit / 2**20:g} MiB when unpacked.",
        next_step="Send fewer spans at once, for example with OTEL_BSP_MAX_EXPORT_BATCH_SIZE.",
    )
