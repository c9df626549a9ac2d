"""What stands in front of several web processes in production, reduced to what tests steer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

CHUNK = 65536


class LoadBalancer:
    """Forwards TCP to one of *ports*; `use` moves everybody to another of them.

    *accepted* counts the connections that each one got.
    """

    def __init__(self, ports: list[int]) -> None:
        self.ports = ports
        self.current = 0
        self.accepted = [0] * len(ports)
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def use(self, number: int) -> None:
        """From now on the process *number* answers; open connections break, as in a restart."""
        self.current = number
        self._wait_for(self._break_all())

    def start(self) -> None:
        self._thread.start()
        self._server = self._wait_for(asyncio.start_server(self._forward, "127.0.0.1", 0))
        self.port = int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        self._server.close()
        self._wait_for(self._break_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def _wait_for(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    async def _break_all(self) -> None:
        # Browsers come back at once, so only those of this moment are waited for.
        broken = set(self._open)
        for writer in broken:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in broken), return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self.current
        self.accepted[number] += 1
        behind, to_behind = await asyncio.open_connection("127.0.0.1", self.ports[number])
        self._open |= {writer, to_behind}
        try:
            await asyncio.gather(_copy(reader, to_behind), _copy(behind, writer))
        finally:
            self._open -= {writer, to_behind}


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until either side ends; then the other side hears of it too."""
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@contextmanager
def load_balancer(ports: list[int]) -> Iterator[LoadBalancer]:
    balancer = LoadBalancer(ports)
    balancer.start()
    try:
        yield balancer
    finally:
        balancer.stop()
