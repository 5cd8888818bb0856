"""Sends what one turn of the event loop wrote to a connection in one system call: a response's head with its body.

Uvicorn writes them apart, and uvloop hands each write to the kernel at once; that call costs more than anything else
that a short answer needs. Everything else about the protocol is uvicorn's.
"""

import asyncio

MOST_HELD_BYTES = 65_536
"""More is handed on at once, so that the transport's own high-water mark still slows down who writes."""


class GatheringTransport(asyncio.Transport):
    """A transport that holds what is written until the event loop's next turn."""

    def __init__(self, transport: asyncio.Transport) -> None:
        """Hand on to this one."""
        super().__init__()
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._held: list[bytes] = []
        self._held_bytes = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Hold the bytes, or hand them on where they are many."""
        if not self._held:
            self._loop.call_soon(self._flush)
        self._held.append(bytes(data))
        self._held_bytes += len(data)
        if self._held_bytes > MOST_HELD_BYTES:
            self._flush()

    def _flush(self) -> None:
        held, self._held, self._held_bytes = self._held, [], 0
        # Between the write and now the caller may have gone.
        if held and not self._transport.is_closing():
            self._transport.write(held[0] if len(held) == 1 else b"".join(held))

    def close(self) -> None:
        """Hand on what is held, then close."""
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        """Close without handing on what is held."""
        self._transport.abort()

    def is_closing(self) -> bool:
        """Tell whether it is closed or being closed."""
        return self._transport.is_closing()

    def pause_reading(self) -> None:
        """Read no more until told to."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._transport.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand on what is held, then change who is told of what comes."""
        self._flush()
        self._transport.set_protocol(protocol)

    def get_extra_info(self, name: str, default: object = None) -> object:
        """Return what the transport knows of its connection."""
        return self._transport.get_extra_info(name, default)
