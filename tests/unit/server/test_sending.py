"""What one turn of the event loop writes leaves in one piece; nothing is lost, late or kept without bound."""

import asyncio

import pytest

from plimsoll.server.running.sending import MOST_HELD_BYTES, GatheringTransport

pytestmark = pytest.mark.anyio


class Recorded(asyncio.Transport):
    """A transport that keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.is_closed
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


async def turn() -> None:
    await asyncio.sleep(0)


async def test_what_one_turn_writes_leaves_in_one_piece_and_the_next_turn_in_another():
    kernel = Recorded()
    transport = GatheringTransport(kernel)
    transport.write(b"head ")
    transport.write(b"body")
    assert kernel.pieces == []
    await turn()
    transport.write(b"more")
    await turn()
    assert kernel.pieces == [b"head body", b"more"]


async def test_a_buffer_that_changes_after_the_write_does_not_change_what_is_sent():
    kernel, buffer = Recorded(), bytearray(b"first")
    GatheringTransport(kernel).write(buffer)
    buffer[:] = b"other"
    await turn()
    assert kernel.pieces == [b"first"]


async def test_much_is_handed_on_within_the_turn_so_that_the_writer_can_be_slowed_down():
    kernel = Recorded()
    transport = GatheringTransport(kernel)
    transport.write(b"x" * MOST_HELD_BYTES)
    assert kernel.pieces == []
    transport.write(b"y")
    assert [len(piece) for piece in kernel.pieces] == [MOST_HELD_BYTES + 1]
    await turn()
    assert len(kernel.pieces) == 1


async def test_closing_hands_on_what_is_held_first_and_aborting_does_not():
    closed, aborted = Recorded(), Recorded()
    for kernel in (closed, aborted):
        GatheringTransport(kernel).write(b"last words")
    await turn()
    for kernel, end in ((closed, GatheringTransport.close), (aborted, GatheringTransport.abort)):
        transport = GatheringTransport(kernel)
        transport.write(b"!")
        end(transport)
        assert transport.is_closing()
        await turn()
    assert (closed.pieces, aborted.pieces) == ([b"last words", b"!"], [b"last words"])


async def test_what_is_held_for_a_caller_who_has_gone_is_dropped():
    kernel = Recorded()
    GatheringTransport(kernel).write(b"too late")
    kernel.close()
    await turn()
    assert kernel.pieces == []
