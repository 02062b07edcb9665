"""Download one file over HTTP: go on where the last try stopped, and check what has come.

Trouble that may pass (a timeout, a connection that ends early, a server that is overloaded) is
tried again, for as long as that brings new bytes and a few times more. Trouble that will not pass
(not found, another size, a wrong checksum) is told at once: `fetch.py` then tries the next address.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from email.message import Message
from typing import IO, Any

from w2v import __version__
from w2v.errors import FetchError
from w2v.fetching.partial import BLOCK_BYTES, Partial, sums_of, validator_of
from w2v.fetching.registry import Sums

Note = Callable[[str], None]
Progress = Callable[[int, int | None], None]  # is told the bytes that are here, and of how many

PAUSES = (1.0, 2.0, 4.0)  # seconds before the tries that follow one without new bytes
MAX_UNKNOWN_BYTES = 1 << 30  # of a file whose size nobody knows: it must not fill the disk
NUMBER = "[0-9]{1,18}"
PASSING = {408, 425, 429, 500, 502, 503, 504}  # status codes that may be others in a moment


class _Passing(Exception):  # noqa: N818  (never seen outside)
    """Trouble that may be gone at the next try."""


def download(
    url: str, partial: Partial, expected: Sums, *, timeout: float, note: Note, progress: Progress
) -> Sums:
    """Bring a file to `partial`, going on with what is there, and return its size and digests.

    Parameters
    ----------
    url : str
    partial : Partial
        Where the bytes are gathered.
    expected : Sums
        What the file must be, as far as it is known.
    timeout : float
        Seconds without any byte after which a connection is given up.
    note, progress : callable
        See `fetch`.

    Raises
    ------
    FetchError
        If the address does not have the file.
    OSError
        If it cannot be written; trouble with the network is never one.
    """
    n_fruitless, most = 0, partial.size if partial.can_continue(url) else 0
    while True:
        try:
            _receive(url, partial, expected, timeout, progress)
            break
        except _Passing as trouble:
            if partial.size > most:
                n_fruitless, most = 0, partial.size
            if n_fruitless == len(PAUSES):
                raise FetchError(str(trouble)) from trouble
            note(f"{trouble}; trying again")
            time.sleep(PAUSES[n_fruitless])
            n_fruitless += 1
    found = sums_of(partial.path)
    if difference := expected.differences(found):
        partial.discard()
        raise FetchError(f"this is another file: its {difference}")
    return found


def _receive(
    url: str, partial: Partial, expected: Sums, timeout: float, progress: Progress
) -> None:
    """Make one request, and append what comes until the file is whole."""
    headers = {"User-Agent": f"w2v/{__version__}", "Accept": "*/*"}
    if partial.can_continue(url):
        headers |= {"Range": f"bytes={partial.size}-", "If-Range": partial.validator}
    request = urllib.request.Request(url, headers=headers)
    try:
        response = _opener().open(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):  # a refused redirect is closed already
            if error.code == 416 and _is_whole(error.headers, partial, expected):
                return
            raise _status_trouble(error, partial) from error
    except (OSError, http.client.HTTPException) as error:
        raise _network_trouble(error, timeout) from error
    except (ValueError, OverflowError) as error:
        raise FetchError("it redirects to what is no address") from error
    with response:
        total = _start(response, url, partial, expected)
        _append(response, partial, total or expected.size, timeout, progress)
    whole = total if total is not None else expected.size
    if whole is not None and partial.size < whole:
        raise _Passing(f"the connection ended after {partial.size:,} of {whole:,} bytes")


def _start(response: Any, url: str, partial: Partial, expected: Sums) -> int | None:
    """Look at the head of an answer, and make the part ready for its body; return the whole size.

    None is no known size.
    """
    headers: Message = response.headers
    declared = headers.get("Content-Length") or ""
    length = int(declared) if re.fullmatch(NUMBER, declared) else None
    if response.status == 206:
        start, total = _content_range(headers)
        if total is None and length is not None:
            total = start + length
        same_version = validator_of(headers) in ("", partial.validator)  # type: ignore[arg-type]
        if start != partial.size or not same_version or not partial.can_continue(url):
            partial.discard()
            raise _Passing("the server sent another part than the one it was asked for")
    else:
        if headers.get_content_type() == "text/html" and "Content-Type" in headers:
            raise FetchError("the server sent a web page instead of the file")
        if headers.get("Content-Encoding", "identity") != "identity":
            raise FetchError("the server packed the file on its way, which it was not asked to do")
        total = length
    if total is not None and expected.size not in (None, total):
        raise FetchError(f"the file has {total:,} bytes there, and should have {expected.size:,}")
    if total is not None and expected.size is None and total > MAX_UNKNOWN_BYTES:
        raise FetchError(f"the file has {total:,} bytes there, more than can be meant")
    if response.status != 206:
        partial.begin(url, headers)  # type: ignore[arg-type]
    return total


def _append(
    response: IO[bytes], partial: Partial, total: int | None, timeout: float, progress: Progress
) -> None:
    """Append the body of an answer to the part."""
    most = MAX_UNKNOWN_BYTES if total is None else total
    with open(partial.path, "ab") as file:
        here = file.tell()
        progress(here, total)
        while True:
            try:
                block = response.read1(BLOCK_BYTES)  # type: ignore[attr-defined]
            except (OSError, http.client.HTTPException) as error:
                raise _network_trouble(error, timeout) from error
            if not block:
                return
            here += len(block)
            if here > most:
                break
            file.write(block)
            progress(here, total)
    partial.discard()
    raise FetchError(f"the server sends more than {most:,} bytes")


def _content_range(headers: Message) -> tuple[int, int | None]:
    """Return the first byte and the whole size of a part that was sent; -1 is none."""
    match = re.fullmatch(
        rf"bytes ({NUMBER})-{NUMBER}/({NUMBER}|\*)", headers.get("Content-Range") or ""
    )
    if match is None:
        return -1, None
    return int(match[1]), None if match[2] == "*" else int(match[2])


def _is_whole(headers: Message, partial: Partial, expected: Sums) -> bool:
    """Tell whether a server sent nothing because the part is all there is."""
    whole = headers.get("Content-Range") == f"bytes */{partial.size}"
    return whole and expected.size in (None, partial.size)


def _status_trouble(error: urllib.error.HTTPError, partial: Partial) -> Exception:
    """Turn a status that is no success into trouble of one of the two kinds."""
    if error.code == 416:
        partial.discard()
        return _Passing("the server has no such part of the file")
    if 300 <= error.code < 400:
        return FetchError("it redirects to where w2v does not go, or in a circle")
    # Its number says all; its own words might do anything to a terminal.
    reason = f"the server says {error.code} {http.client.responses.get(error.code, '')}".rstrip()
    return _Passing(reason) if error.code in PASSING else FetchError(reason)


def _network_trouble(error: Exception, timeout: float) -> Exception:
    """Turn a failed connection into trouble of one of the two kinds."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return _Passing(f"nothing came for {timeout:g} s (--timeout)")
    if isinstance(cause, http.client.HTTPException) and not isinstance(cause, OSError):
        return _Passing(f"the server broke off, or speaks no HTTP ({type(cause).__name__})")
    reason = (isinstance(cause, OSError) and cause.strerror) or str(cause)
    if isinstance(
        cause, (str, socket.gaierror, ConnectionRefusedError, ssl.SSLCertVerificationError)
    ):
        return FetchError(f"no connection: {reason}")
    return _Passing(f"the connection failed: {reason}")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but none that leaves https, or HTTP altogether."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        """Return the next request, or None to refuse it."""
        scheme = urllib.parse.urlsplit(newurl).scheme
        if scheme not in ("http", "https") or (req.type == "https" and scheme == "http"):
            return None
        # Python 3.10 does not know 308, which for what is asked here is the same as 307.
        return super().redirect_request(req, fp, min(code, 307), msg, headers, newurl)

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        """Follow a redirect; its body, which urllib would read to its end, need not have one."""
        fp.close()
        return super().http_error_302(req, fp, code, msg, headers)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _opener() -> urllib.request.OpenerDirector:
    """Return what opens addresses: over HTTP alone, through the environment's proxy if any."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener
