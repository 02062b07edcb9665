"""As `sitecustomize.py` of an environment it takes the network from it: nothing connects."""

import socket
import sys


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    """Let sockets of this machine's own files pass, and refuse all others."""
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
        own = getattr(arguments[0], "family", None) == getattr(socket, "AF_UNIX", object())
        if not own:
            raise OSError(f"{event}: the network is taken away")


sys.addaudithook(refuse)
