"""A web server on this machine that answers as it is told, and misbehaves in every known way."""

from __future__ import annotations

import contextlib
import http.server
import threading
from dataclasses import dataclass, field


@dataclass
class Request:
    """What a client asked for."""

    path: str
    headers: dict[str, str]


@dataclass
class Page:
    """How one path is answered; each answer may be another.

    Attributes
    ----------
    answers : list of callables
        Each takes the handler; the last one answers all later requests too.
    """

    answers: list
    n_asked: int = 0


@dataclass
class Site:
    """The pages of a server, and the requests that came."""

    port: int = 0
    pages: dict[str, Page] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, path, *answers):
        """Answer a path so from now on; return its address."""
        if answers:
            self.pages[f"/{path}"] = Page(list(answers))
        return f"http://127.0.0.1:{self.port}/{path}"

    def asked(self, header):
        """List what the requests said in a header."""
        return [request.headers.get(header) for request in self.requests]


@contextlib.contextmanager
def serving():
    """Run a server; yield its site."""
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            site.requests.append(Request(self.path, dict(self.headers)))
            page = site.pages.get(self.path)
            if page is None:
                send(404, b"nothing here")(self)
                return
            answer = page.answers[min(page.n_asked, len(page.answers) - 1)]
            page.n_asked += 1
            self.closing = site.closing
            with contextlib.suppress(ConnectionError):  # a client may leave when it has enough
                answer(self)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False  # so that closing waits for all of them
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield site
    finally:
        site.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


def send(status, body=b"", length=None, **headers):
    """Answer with a status, a body, and headers whose names have _ for -."""

    def answer(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if length != "none":
            handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def file(content, etag='"1"', **headers):
    """Answer as a good server does, with the part that was asked for."""

    def answer(handler):
        wanted = handler.headers.get("Range", "")
        start = int(wanted[len("bytes=") : -1] or 0)
        if not wanted or handler.headers.get("If-Range") != etag:
            send(200, content, ETag=etag, **headers)(handler)
        elif start >= len(content):
            send(416, b"", Content_Range=f"bytes */{len(content)}")(handler)
        else:
            part_of(content, start, etag)(handler)

    return answer


def part_of(content, start, etag='"1"', claimed=None):
    """Answer with a part, whatever was asked for."""
    claimed = f"bytes {start}-{len(content) - 1}/{len(content)}" if claimed is None else claimed
    return send(206, content[start:], ETag=etag, Content_Range=claimed)


def short(content, n_bytes, **headers):
    """Answer with less than is declared, and close the connection."""
    return send(200, content[:n_bytes], length=len(content), **headers)


def short_part(content, start, stop, etag='"1"'):
    """Answer with less of a part than is declared."""
    claimed = f"bytes {start}-{len(content) - 1}/{len(content)}"
    return send(
        206, content[start:stop], length=len(content) - start, ETag=etag, Content_Range=claimed
    )


def chunked(content, etag='"1"', is_whole=True):
    """Answer without a length, in a chunk; or stop in the middle of it."""

    def answer(handler):
        handler.protocol_version = "HTTP/1.1"
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("ETag", etag)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        declared = len(content) if is_whole else len(content) + 255
        handler.wfile.write(b"%x\r\n%s" % (declared, content))
        if is_whole:
            handler.wfile.write(b"\r\n0\r\n\r\n")

    return answer


def stalled(content, n_bytes, **headers):
    """Answer with a beginning, and then nothing until the server closes."""

    def answer(handler):
        short(content, n_bytes, **headers)(handler)
        handler.wfile.flush()
        handler.closing.wait()

    return answer
