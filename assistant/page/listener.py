"""The socket a page is served on. Loads nothing heavy: a taken port is said before anything is built."""

import socket


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; a browser that comes before the page is built waits instead of failing.

    Raises OSError where the address is taken or not ours.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def shown_address(host: str, port: int) -> str:
    """What to open in a browser; a server on every address is reached at this machine's own."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"
