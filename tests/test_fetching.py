"""Fetching from a server that misbehaves: what ends well, what is said, and what is kept."""

from __future__ import annotations

import bz2
import errno
import gzip
import hashlib
import io
import json
import lzma
import os
import tarfile
import zipfile

import pytest
from click.shell_completion import ShellComplete
from http_server import (
    chunked,
    file,
    part_of,
    send,
    serving,
    short,
    short_part,
    stalled,
)
from hypothesis import given
from hypothesis import strategies as st
from test_cli import w2v, w2v_process

from w2v.cli.main import main
from w2v.errors import (
    ConfigError,
    CorpusError,
    FetchError,
    Interrupted,
    OutputError,
    SetError,
    UsageError,
)
from w2v.evaluation.sets import read_set
from w2v.fetching import download as download_module
from w2v.fetching import registry as registry_module
from w2v.fetching import unpacking
from w2v.fetching.fetch import fetch
from w2v.fetching.partial import Partial, validator_of
from w2v.fetching.registry import (
    Entry,
    Sums,
    fetched_file,
    fetched_path,
    find_entry,
    find_fetched_corpus,
    find_fetched_set,
    load_registry,
)
from w2v.text.corpus import corpus_files

TEXT = b"".join(b"line %d of the corpus\n" % number for number in range(20_000))
SUMS = Sums(len(TEXT), hashlib.sha256(TEXT).hexdigest())
OTHER = TEXT.replace(b"corpus", b"course")  # as long, and other bytes


@pytest.fixture(autouse=True)
def _no_pauses_and_no_proxy(monkeypatch):
    monkeypatch.setattr(download_module, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def site():
    with serving() as site:
        yield site


@pytest.fixture
def target(tmp_path):
    return tmp_path / "my.txt"


def entry_of(*urls, **fields):
    """Make an entry; the download is known to be TEXT unless it is said otherwise."""
    values = {
        "name": "my", "kind": "corpus", "description": "my text", "licence": "CC0",
        "source": "http://my.example/", "download": SUMS,
    }  # fmt: skip
    return Entry(urls=urls, **{**values, **fields})


def left_beside(target):
    """Return the names of all other files in its folder."""
    return sorted(path.name for path in target.parent.iterdir() if path != target)


# -- what ends well


def test_a_good_server(site, target):
    notes, moves = [], []
    fetched = fetch(
        entry_of(site.url("a", file(TEXT))), target, note=notes.append,
        progress=lambda here, total: moves.append((here, total)),
    )  # fmt: skip
    assert target.read_bytes() == TEXT
    assert (fetched.path, fetched.was_here) == (target, False)
    assert fetched.download == Sums(SUMS.size, SUMS.sha256, hashlib.sha1(TEXT).hexdigest())
    assert notes == []
    assert moves[0] == (0, len(TEXT))
    assert moves[-1] == (len(TEXT), len(TEXT))
    assert left_beside(target) == []
    assert site.asked("Range") == [None]
    assert site.asked("User-Agent")[0].startswith("w2v/")


def test_an_old_protocol_without_a_length(site, target):
    fetch(entry_of(site.url("a", send(200, TEXT, length="none"))), target)
    assert target.read_bytes() == TEXT


def test_chunks(site, target):
    fetch(entry_of(site.url("a", chunked(TEXT)), download=Sums()), target)
    assert target.read_bytes() == TEXT


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("relative", [True, False])
def test_redirects_are_followed(site, target, status, relative):
    there = site.url("deep/there", file(TEXT))
    where = "deep/there" if relative else there
    fetch(entry_of(site.url("a", send(status, Location=where))), target)
    assert target.read_bytes() == TEXT


def test_a_redirect_keeps_the_range(site, target):
    site.url("there", short(TEXT, 5000, ETag='"1"'), file(TEXT))
    fetch(entry_of(site.url("a", send(302, Location="/there"))), target)
    assert target.read_bytes() == TEXT
    assert "bytes=5000-" in site.asked("Range")


def test_a_proxy_of_the_environment(site, target, monkeypatch):
    monkeypatch.setenv("http_proxy", site.url("")[:-1])
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.delenv("NO_PROXY", raising=False)
    site.url("a", file(TEXT))
    site.pages["http://my.example/a"] = site.pages["/a"]
    fetch(entry_of("http://my.example/a"), target)
    assert target.read_bytes() == TEXT


def test_an_overloaded_server_is_asked_again(site, target):
    notes = []
    answers = [send(500), send(503), send(429), file(TEXT)]
    fetch(entry_of(site.url("a", *answers)), target, note=notes.append)
    assert target.read_bytes() == TEXT
    assert [note.split(";")[0] for note in notes] == [
        "the server says 500 Internal Server Error",
        "the server says 503 Service Unavailable",
        "the server says 429 Too Many Requests",
    ]


def test_the_next_address_is_tried(site, target):
    notes = []
    urls = (site.url("gone"), site.url("wrong", file(OTHER)), site.url("good", file(TEXT)))
    fetch(entry_of(*urls), target, note=notes.append)
    assert target.read_bytes() == TEXT
    assert "404" in notes[0]
    assert "sha256" in notes[1]
    assert left_beside(target) == []


# -- going on


def test_a_connection_that_ends_early_is_gone_on_with(site, target):
    answers = [
        short(TEXT, 1000, ETag='"1"'),
        short_part(TEXT, 1000, 3000),
        short_part(TEXT, 3000, 3000),
        file(TEXT),
    ]
    fetch(entry_of(site.url("a", *answers)), target)
    assert target.read_bytes() == TEXT
    assert site.asked("Range") == [None, "bytes=1000-", "bytes=3000-", "bytes=3000-"]
    assert site.asked("If-Range")[1:] == ['"1"'] * 3


def test_as_long_as_bytes_come_it_is_tried(site, target):
    cuts = range(0, 2000, 100)
    answers = [short_part(TEXT, cut, cut + 100) for cut in cuts[1:]]
    fetch(entry_of(site.url("a", short(TEXT, 100, ETag='"1"'), *answers, file(TEXT))), target)
    assert target.read_bytes() == TEXT


def test_the_next_command_goes_on(site, target):
    """Also when there is no checksum: the server knows the version."""
    broken = [short(TEXT, 1000, ETag='"1"'), short_part(TEXT, 1000, 1000)]
    entry = entry_of(site.url("a", *broken), download=Sums())
    with pytest.raises(FetchError) as caught:
        fetch(entry, target)
    assert str(caught.value) == (
        f"my was not fetched: {site.url('a')}: the connection ended after 1,000 of 488,890 bytes; "
        "1 kB are here, and the same command goes on"
    )
    assert left_beside(target) == [".my.part", ".my.part.json"]
    assert len(site.requests) == 4  # the first, and three tries that brought nothing
    site.requests.clear()
    site.url("a", file(TEXT))
    fetch(entry, target)
    assert target.read_bytes() == TEXT
    assert site.asked("Range") == ["bytes=1000-"]
    assert left_beside(target) == []


def test_the_address_of_the_part_goes_first(site, target):
    good = site.url("b", short(TEXT, 1000, ETag='"1"'), short_part(TEXT, 1000, 1000))
    entry = entry_of(site.url("a"), good)
    with pytest.raises(FetchError, match="1 kB of 489 kB are here"):
        fetch(entry, target)
    site.requests.clear()
    site.url("b", file(TEXT))
    fetch(entry, target)
    assert [request.path for request in site.requests] == ["/b"]


def test_a_file_that_changed_is_not_glued_to_an_old_half(site, target):
    url = site.url("a", short(OTHER, 1000, ETag='"1"'), file(TEXT, etag='"2"'))
    fetch(entry_of(url, download=Sums()), target)
    assert target.read_bytes() == TEXT


def test_nor_one_of_another_address(site, target):
    """Two servers may give two files the same name."""
    old = site.url("a", short(OTHER, 1000, ETag='"1"'), send(404))
    fetch(entry_of(old, site.url("b", file(TEXT)), download=Sums()), target)
    assert target.read_bytes() == TEXT
    assert site.asked("Range") == [None, "bytes=1000-", None]


def test_nor_by_a_server_that_ignores_if_range(site, target):
    url = site.url(
        "a", short(OTHER, 1000, ETag='"1"'), part_of(TEXT, 1000, etag='"2"'), file(TEXT, etag='"2"')
    )
    fetch(entry_of(url, download=Sums()), target)
    assert target.read_bytes() == TEXT
    assert site.asked("Range") == [None, "bytes=1000-", None]


@pytest.mark.parametrize(
    "claimed",
    ["bytes 0-488889/488890", "bytes 999-488889/488890", "items 1000-2/3", "", "bytes */5"],
)
def test_a_wrong_content_range_begins_again(site, target, claimed):
    url = site.url(
        "a", short(TEXT, 1000, ETag='"1"'), part_of(TEXT, 1000, claimed=claimed), file(TEXT)
    )
    fetch(entry_of(url, download=Sums()), target)
    assert target.read_bytes() == TEXT
    assert site.asked("Range") == [None, "bytes=1000-", None]


def test_a_part_of_a_file_whose_size_the_server_does_not_say(site, target):
    """Only its own length tells that it ended early."""
    claimed = f"bytes 1000-{len(TEXT) - 1}/*"
    early = send(206, TEXT[1000:2000], len(TEXT) - 1000, ETag='"1"', Content_Range=claimed)
    url = site.url("a", short(TEXT, 1000, ETag='"1"'), early, part_of(TEXT, 2000))
    fetch(entry_of(url, download=Sums()), target)
    assert target.read_bytes() == TEXT


def test_a_part_that_nobody_asked_for(site, target):
    with pytest.raises(FetchError, match="another part than the one it was asked for"):
        fetch(entry_of(site.url("a", part_of(TEXT, 0))), target)
    assert left_beside(target) == []


def test_a_server_that_knows_no_ranges_sends_all(site, target):
    url = site.url("a", short(TEXT, 1000, ETag='"1"'), send(200, TEXT, ETag='"1"'))
    fetch(entry_of(url), target)
    assert target.read_bytes() == TEXT


def test_a_server_that_knows_no_versions_is_asked_for_all(site, target):
    url = site.url("a", short(TEXT, 1000), send(200, TEXT))
    fetch(entry_of(url), target)
    assert target.read_bytes() == TEXT
    assert site.asked("Range") == [None, None]


def test_it_says_when_it_will_begin_again(site, target):
    with pytest.raises(FetchError, match="1 kB of 489 kB are here, and the same command begins"):
        fetch(entry_of(site.url("a", short(TEXT, 1000))), target)
    assert len(site.requests) == 4


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"ETag": '"a"', "Last-Modified": "Monday"}, '"a"'),
        ({"ETag": 'W/"a"', "Last-Modified": "Monday"}, "Monday"),
        ({"ETag": 'W/"a"'}, ""),
        ({"ETag": '"a\r\n b"'}, ""),
        ({"ETag": '"\xe9"'}, ""),
        ({}, ""),
    ],
)
def test_by_what_a_version_is_known(headers, validator):
    assert validator_of(headers) == validator


def test_a_part_that_is_whole_needs_no_network(site, target):
    (target.parent / ".my.part").write_bytes(TEXT)
    fetch(entry_of(site.url("a")), target)
    assert target.read_bytes() == TEXT
    assert site.requests == []


def test_a_part_that_is_whole_and_wrong_begins_again(site, target):
    (target.parent / ".my.part").write_bytes(OTHER)
    fetch(entry_of(site.url("a", file(TEXT))), target)
    assert target.read_bytes() == TEXT


def test_a_part_that_is_whole_without_a_checksum(site, target):
    url = site.url("a", file(TEXT))
    state = {"url": url, "validator": '"1"'}
    (target.parent / ".my.part").write_bytes(TEXT)
    (target.parent / ".my.part.json").write_text(json.dumps(state))
    fetch(entry_of(url, download=Sums()), target)
    assert target.read_bytes() == TEXT
    assert site.asked("Range") == [f"bytes={len(TEXT)}-"]


def test_a_part_that_is_longer_than_the_file(site, target):
    url = site.url("a", file(TEXT))
    state = {"url": url, "validator": '"1"'}
    (target.parent / ".my.part").write_bytes(TEXT + b"more")
    (target.parent / ".my.part.json").write_text(json.dumps(state))
    fetch(entry_of(url), target)
    assert target.read_bytes() == TEXT


@given(st.one_of(st.binary(max_size=60), st.from_regex(rb'\{"url": .{,20}\}', fullmatch=True)))
def test_a_damaged_note_beside_the_part_is_of_no_version(tmp_path_factory, state):
    folder = tmp_path_factory.mktemp("damaged")
    (folder / ".my.part").write_bytes(OTHER[:100])
    (folder / ".my.part.json").write_bytes(state)
    assert not Partial(folder / ".my.part").can_continue("http://my.example/a")


def test_a_part_of_unknown_version_is_begun_again(site, target):
    (target.parent / ".my.part").write_bytes(OTHER[:100])
    (target.parent / ".my.part.json").write_text("{")
    fetch(entry_of(site.url("a", file(TEXT)), download=Sums()), target)
    assert target.read_bytes() == TEXT


# -- what is refused


def refusal(entry, target, n_requests, site):
    """Return what is said when nothing comes of it, and nothing is left."""
    with pytest.raises(FetchError) as caught:
        fetch(entry, target)
    assert len(site.requests) == n_requests
    assert left_beside(target) == []
    assert not target.exists()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_not_found_is_not_tried_again(site, target):
    entry = entry_of(site.url("a"), site.url("b", send(403)))
    assert refusal(entry, target, 2, site) == (
        f"my was not fetched: {site.url('a')}: the server says 404 Not Found; "
        f"{site.url('b')}: the server says 403 Forbidden; "
        "by hand it may be found from http://my.example/"
    )


def test_a_wrong_checksum(site, target):
    said = refusal(entry_of(site.url("a", file(OTHER))), target, 1, site)
    found = hashlib.sha256(OTHER).hexdigest()
    assert f"this is another file: its sha256 is {found}, and should be {SUMS.sha256}" in said


def test_a_wrong_sha1(site, target):
    sums = Sums(sha1="0" * 40)
    said = refusal(entry_of(site.url("a", file(TEXT)), download=sums), target, 1, site)
    assert f"its sha1 is {hashlib.sha1(TEXT).hexdigest()}, and should be 0000" in said


def test_another_size_is_known_before_anything_is_read(site, target):
    said = refusal(entry_of(site.url("a", file(TEXT + b"more"))), target, 1, site)
    assert "the file has 488,894 bytes there, and should have 488,890" in said


def test_more_than_there_should_be(site, target):
    answer = send(200, TEXT + b"more", length="none")
    said = refusal(entry_of(site.url("a", answer)), target, 1, site)
    assert "the server sends more than 488,890 bytes" in said


def test_without_a_known_size_the_disk_is_not_filled(site, target, monkeypatch):
    monkeypatch.setattr(download_module, "MAX_UNKNOWN_BYTES", 5000)
    answer = send(200, TEXT, length="none")
    said = refusal(entry_of(site.url("a", answer), download=Sums()), target, 1, site)
    assert "the server sends more than 5,000 bytes" in said
    said = refusal(entry_of(site.url("b", file(TEXT)), download=Sums()), target, 2, site)
    assert "the file has 488,890 bytes there, more than can be meant" in said


def test_a_web_page(site, target):
    answer = send(200, b"<html>please log in", Content_Type="text/html; charset=utf-8")
    said = refusal(entry_of(site.url("a", answer), download=Sums()), target, 1, site)
    assert "a web page instead of the file" in said


def test_a_file_packed_on_its_way(site, target):
    answer = file(gzip.compress(TEXT), Content_Encoding="gzip")
    said = refusal(entry_of(site.url("a", answer), download=Sums()), target, 1, site)
    assert "packed the file on its way" in said


def test_a_circle_of_redirects(site, target):
    site.url("b", send(302, Location="/a"))
    with pytest.raises(FetchError, match="where w2v does not go, or in a circle"):
        fetch(entry_of(site.url("a", send(302, Location="/b"))), target)


def test_a_redirect_whose_body_never_ends(site, target):
    def answer(handler):
        send(302, b"and so on", length=10**12, Location="/there")(handler)
        handler.wfile.flush()
        handler.closing.wait()

    site.url("there", file(TEXT))
    fetch(entry_of(site.url("a", answer)), target, timeout=0.2)
    assert target.read_bytes() == TEXT


@pytest.mark.parametrize("where", ["http://[bad/", f"http://{'a' * 70}.example/"])
def test_a_redirect_to_no_address(site, target, where):
    said = refusal(entry_of(site.url("a", send(302, Location=where))), target, 1, site)
    assert "it redirects to what is no address" in said


def test_a_proxy_that_is_none(target, monkeypatch):
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(FetchError, match="no connection: unknown url type: socks5"):
        fetch(entry_of("http://my.example/a"), target)


def test_what_the_server_says_of_itself_is_not_printed(site, target):
    def answer(handler):
        handler.send_response(418, "\x1b[31mred")
        handler.end_headers()

    said = refusal(entry_of(site.url("a", answer)), target, 1, site)
    assert "the server says 418 I'm a Teapot; by hand" in said


@pytest.mark.parametrize("length", ["9" * 5000, "-5", "many", "\xb2"])
def test_a_length_that_is_none(site, target, length):
    fetch(entry_of(site.url("a", send(200, TEXT, length=length))), target)
    assert target.read_bytes() == TEXT


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:text/plain,a"])
def test_a_redirect_elsewhere(site, target, where):
    said = refusal(entry_of(site.url("a", send(302, Location=where))), target, 1, site)
    assert "where w2v does not go" in said


def test_a_redirect_that_leaves_https():
    import urllib.request

    request = urllib.request.Request("https://my.example/a")
    redirects = download_module._Redirects()
    arguments = (request, None, 302, "Found", {})
    assert redirects.redirect_request(*arguments, "http://my.example/b") is None
    assert redirects.redirect_request(*arguments, "https://my.example/b").type == "https"


def test_a_server_that_stalls(site, target):
    entry = entry_of(site.url("a", stalled(TEXT, 1000, ETag='"1"')))
    with pytest.raises(FetchError) as caught:
        fetch(entry, target, timeout=0.1)
    assert "nothing came for 0.1 s (--timeout); 1 kB of 489 kB are here" in str(caught.value)


def test_a_server_that_stalls_once(site, target):
    entry = entry_of(site.url("a", stalled(TEXT, 1000, ETag='"1"'), file(TEXT)))
    fetch(entry, target, timeout=0.2)
    assert target.read_bytes() == TEXT
    assert site.asked("Range") == [None, "bytes=1000-"]


def test_a_server_that_says_nothing_at_all(site, target):
    entry = entry_of(site.url("a", lambda handler: handler.closing.wait()))
    with pytest.raises(FetchError, match=r"nothing came for 0\.1 s"):
        fetch(entry, target, timeout=0.1)
    assert len(site.requests) == 4


def test_a_server_that_speaks_nonsense(site, target):
    entry = entry_of(site.url("a", lambda handler: handler.wfile.write(b"SSH-2.0-hello\r\n")))
    with pytest.raises(FetchError, match=r"no HTTP \(BadStatusLine\); by hand"):
        fetch(entry, target)


def test_chunks_that_break_off(site, target):
    entry = entry_of(site.url("a", chunked(TEXT[:1000], is_whole=False), file(TEXT)))
    fetch(entry, target)
    assert target.read_bytes() == TEXT


def test_nobody_listens(target):
    with serving() as site:
        url = site.url("a")
    with pytest.raises(FetchError, match="no connection: Connection refused"):
        fetch(entry_of(url), target)


# -- what is here, and what cannot be written


def test_what_is_here_is_not_fetched_again(site, target):
    target.write_bytes(TEXT)
    announced = []
    fetched = fetch(entry_of(site.url("a")), target, announce=lambda: announced.append(1))
    assert fetched.was_here
    assert site.requests == announced == []


def test_another_file_is_not_replaced(site, target):
    target.write_bytes(OTHER)
    with pytest.raises(
        OutputError, match=r"my\.txt exists and is not my: its sha256 is .*; choose another --out"
    ):
        fetch(entry_of(site.url("a", file(TEXT))), target)
    assert target.read_bytes() == OTHER
    assert site.requests == []


def test_nor_one_that_comes_meanwhile(site, target):
    def answer(handler):
        target.write_bytes(OTHER)
        file(TEXT)(handler)

    with pytest.raises(OutputError, match="exists now; choose another --out; 489 kB"):
        fetch(entry_of(site.url("a", answer)), target)
    assert target.read_bytes() == OTHER


def test_a_file_that_nobody_can_tell_from_another(target):
    target.write_bytes(OTHER)
    entry = entry_of("http://127.0.0.1/", download=Sums(size=len(TEXT)))
    with pytest.raises(
        OutputError, match=r"exists, and no checksum tells whether it is my; choose"
    ):
        fetch(entry, target)
    assert target.read_bytes() == OTHER


def test_a_link_to_nowhere_is_not_replaced(target):
    target.symlink_to("nowhere")
    with pytest.raises(OutputError, match=r"my\.txt cannot be read: No such file"):
        fetch(entry_of("http://127.0.0.1/"), target)
    assert target.is_symlink()


def test_what_a_killed_command_left_is_cleared(site, target):
    """As kill -9 leaves it, while it unpacks or writes down what it is about to download."""
    for name in (".my.txt.0123abcd.tmp", "..my.part.json.89ef0123.tmp"):
        (target.parent / name).write_bytes(b"half")
    others = [".my.txt.notes.tmp", ".other.txt.0123abcd.tmp", "my.txt.0123abcd.tmp"]
    for name in others:
        (target.parent / name).write_bytes(b"mine")
    fetch(entry_of(site.url("a", file(TEXT))), target)
    assert left_beside(target) == sorted(others)


def test_two_commands_at_once(site, target):
    entry = entry_of(site.url("a", file(TEXT)))
    with (
        Partial(target.parent / ".my.part").locked(),
        pytest.raises(
            OutputError, match=rf"writing to .*\.my\.part \(process {os.getpid()}\); wait"
        ),
    ):
        fetch(entry, target)
    fetch(entry, target)
    assert target.read_bytes() == TEXT
    assert left_beside(target) == []


def test_another_command_ends_just_before(site, target):
    entry = entry_of(site.url("a", file(TEXT)))
    fetched = fetch(entry, target, announce=lambda: target.write_bytes(TEXT))
    assert fetched.was_here
    assert site.requests == []
    assert left_beside(target) == []


def test_another_command_leaves_another_version(tmp_path):
    partial, other = Partial(tmp_path / ".my.part"), Partial(tmp_path / ".my.part")
    other.begin("http://b/", {"ETag": '"2"'})
    other.path.write_bytes(OTHER)
    with partial.locked():
        assert (partial.url, partial.validator) == ("http://b/", '"2"')


def test_a_part_is_cleared_away_before_others_may_write_it(site, target, monkeypatch):
    discard, was_locked = Partial.discard, []

    def watched(self):
        was_locked.append((target.parent / ".my.part.lock").exists())
        discard(self)

    monkeypatch.setattr(Partial, "discard", watched)
    fetch(entry_of(site.url("a", file(TEXT))), target)
    assert was_locked
    assert all(was_locked)


def test_where_files_have_no_locks(site, target, monkeypatch):
    def none(opened, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", none)
    fetch(entry_of(site.url("a", file(TEXT))), target)
    assert target.read_bytes() == TEXT
    assert left_beside(target) == []


def test_a_folder_of_that_name(target):
    target.mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        fetch(entry_of("http://127.0.0.1/"), target)


def test_no_folder_for_it(tmp_path):
    with pytest.raises(OutputError, match="is no folder; make it"):
        fetch(entry_of("http://127.0.0.1/"), tmp_path / "none" / "my.txt")


def test_a_cache_that_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("W2V_CACHE", str(tmp_path / "cache"))
    with pytest.raises(OutputError, match=r"the cache .* cannot be written"):
        fetch(entry_of("http://127.0.0.1/"))


class FullDisk(io.BytesIO):
    """A file on a disk that is full after some bytes."""

    def write(self, block):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_while_downloading(site, target, monkeypatch):
    entry = entry_of(site.url("a", short(TEXT, 1000, ETag='"1"'), file(TEXT)))
    real_open, opened = open, []

    def full_at_the_second_time(path, mode):
        opened.append(path)
        return FullDisk() if len(opened) == 2 else real_open(path, mode)

    monkeypatch.setattr(download_module, "open", full_at_the_second_time, raising=False)
    with pytest.raises(OutputError) as caught:
        fetch(entry, target)
    assert str(caught.value) == (
        f"{target.parent}/.my.part cannot be written: No space left on device; make room and try "
        "again; 1 kB of 489 kB are here, and the same command goes on"
    )
    monkeypatch.undo()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    fetch(entry, target)
    assert target.read_bytes() == TEXT


def test_a_full_disk_while_unpacking(site, target, monkeypatch):
    def full(*_):
        raise OutputError("my.txt cannot be written: No space left on device")

    entry = entry_of(site.url("a", file(TEXT)))
    with monkeypatch.context() as patch:
        patch.setattr(unpacking, "atomic_write", full)
        with pytest.raises(OutputError, match="device; 489 kB of 489 kB are here, and the same"):
            fetch(entry, target)
    fetch(entry, target)
    assert target.read_bytes() == TEXT
    assert len(site.requests) == 1  # nothing was downloaded again


def test_control_c_keeps_the_part(site, target):
    def interrupt(here, total):
        if here >= 1000:
            raise KeyboardInterrupt

    entry = entry_of(site.url("a", short(TEXT, 1000, ETag='"1"'), file(TEXT)))
    with pytest.raises(Interrupted, match="stopped; 1 kB of 489 kB are here, and the same command"):
        fetch(entry, target, progress=interrupt)
    site.requests.clear()
    fetch(entry, target)
    assert target.read_bytes() == TEXT
    assert site.asked("Range") == ["bytes=1000-"]


# -- unpacking


def in_zip(**members):
    """Make a zip of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def damaged(packed):
    """Change a few bytes in the middle."""
    middle = len(packed) // 2
    return (
        packed[:middle]
        + bytes(byte ^ 255 for byte in packed[middle : middle + 9])
        + packed[middle + 9 :]
    )


def with_lie(packed):
    """Declare a name of thousands of bytes before the content, where zipfile repeats all of it."""
    return packed[:26] + (9999).to_bytes(2, "little") + packed[28:] + bytes(9999)


def in_tar(members, mode="w:gz"):
    """Make a tar of members; one whose content is a text is a link to there."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("unpack", "member", "packed"),
    [
        ("none", None, TEXT),
        ("gz", None, gzip.compress(TEXT)),
        ("gz", None, gzip.compress(TEXT[:500]) + gzip.compress(TEXT[500:])),
        ("bz2", None, bz2.compress(TEXT)),
        ("xz", None, lzma.compress(TEXT)),
        ("zip", "the/text", in_zip(**{"../evil": b"x", "the/text": TEXT})),
        ("zip", "../text", in_zip(**{"../text": TEXT})),
        ("tar", "the/text", in_tar({"the/first": b"x", "the/text": TEXT})),
        ("tar", "text", in_tar({"./text": TEXT}, "w:bz2")),
        ("tar", "/etc/text", in_tar({"/etc/text": TEXT}, "w")),
    ],
)
def test_each_way_of_packing(site, target, unpack, member, packed):
    entry = entry_of(
        site.url("a", file(packed)), unpack=unpack, member=member, unpacked=SUMS, download=Sums()
    )
    fetch(entry, target)
    assert target.read_bytes() == TEXT
    assert left_beside(target) == []


@pytest.mark.parametrize(
    ("unpack", "member", "packed", "said"),
    [
        ("gz", None, TEXT, "cannot be unpacked: Not a gzipped file"),
        ("gz", None, gzip.compress(TEXT)[:-9], "cannot be unpacked: Compressed file ended"),
        ("gz", None, gzip.compress(TEXT)[:-8] + b"12345678", "cannot be unpacked: CRC"),
        ("bz2", None, TEXT, "cannot be unpacked: Invalid data stream"),
        ("xz", None, TEXT, "cannot be unpacked: Input format not supported"),
        ("zip", "text", TEXT, "cannot be unpacked: File is not a zip file"),
        ("zip", "text", in_zip(other=TEXT), "holds no file text"),
        ("zip", "text", damaged(in_zip(text=TEXT)), "cannot be unpacked: "),
        ("zip", "text", with_lie(in_zip(text=TEXT)), "cannot be unpacked: File name in directory"),
        ("tar", "text", TEXT, "cannot be unpacked: "),
        ("tar", "text", in_tar({"text": TEXT})[:3], "cannot be unpacked: "),
        ("tar", "text", in_tar({"other": TEXT}), "holds no file text"),
        ("tar", "text", in_tar({"text": "/etc/passwd"}), "holds no file text"),
        ("tar", "text", in_tar({"text": TEXT})[:-30], "cannot be unpacked: "),
        ("gz", None, gzip.compress(OTHER), "unpacks to another file: its sha256 is"),
        ("gz", None, gzip.compress(TEXT[:-1]), "unpacks to another file: its size is 488889, and"),
        ("gz", None, gzip.compress(TEXT + b"x"), "unpacks to more than 488,890 bytes"),
    ],
    ids=lambda value: "packed" if isinstance(value, bytes) else None,  # which hold the time of day
)
def test_what_cannot_be_unpacked(site, target, unpack, member, packed, said):
    entry = entry_of(
        site.url("a", file(packed)), unpack=unpack, member=member, unpacked=SUMS, download=Sums()
    )
    sentence = refusal(entry, target, 1, site)
    assert said in sentence
    assert len(sentence) < 500


def test_the_next_address_after_a_bad_archive(site, target):
    urls = site.url("a", file(b"no zip")), site.url("b", file(in_zip(text=TEXT)))
    fetch(entry_of(*urls, unpack="zip", member="text", download=Sums()), target)
    assert target.read_bytes() == TEXT


@pytest.mark.parametrize(
    ("unpack", "member", "packed"),
    [("none", None, b""), ("zip", "text/", in_zip(**{"text/": b""})), ("gz", None, b"")],
)
def test_nothing_at_all(site, target, unpack, member, packed):
    url = site.url("a", send(200, packed, ETag='"1"'))
    entry = entry_of(url, unpack=unpack, member=member, download=Sums())
    assert "my is empty" in refusal(entry, target, 1, site)


def test_a_bomb(site, target, monkeypatch):
    monkeypatch.setattr(unpacking, "SPARE_BYTES", 1000)
    packed = in_zip(text=bytes(5_000_000))
    entry = entry_of(site.url("a", file(packed)), unpack="zip", member="text", download=Sums())
    most = 100 * len(packed) + 1000
    assert most < 5_000_000
    said = refusal(entry, target, 1, site)
    assert f"unpacks to more than {most:,} bytes; that is not trusted" in said


SIMLEX = (
    b"word1\tword2\tPOS\tSimLex999\tconc(w1)\nold\tnew\tA\t1.58\t2.72\n\xea\xb0\x80\tb\tN\t9.2\t1\n"
)


@pytest.mark.parametrize(
    "table", [SIMLEX, SIMLEX.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + SIMLEX]
)
def test_columns_are_chosen(site, target, table, monkeypatch):
    monkeypatch.setattr(unpacking, "BLOCK_BYTES", 7)
    url = site.url("a", file(table[:-1]))
    fetch(entry_of(url, download=Sums(), columns=("word1", "word2", "SimLex999")), target)
    assert target.read_text("utf-8") == "old\tnew\t1.58\n가\tb\t9.2\n"
    assert read_set(target).scores == [1.58, 9.2]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"word1\tword2\n", "my has other columns than word1, word2, SimLex999"),
        (b"", "my has other columns"),
        (b"\n", "my has other columns"),
        (SIMLEX + b"short\n", "my line 4 has only 1 columns"),
    ],
)
def test_tables_that_are_others(site, target, table, said):
    columns = ("word1", "word2", "SimLex999")
    entry = entry_of(site.url("a", file(table)), download=Sums(), columns=columns)
    assert said in refusal(entry, target, 1, site)


@given(st.lists(st.lists(st.text("a\r 가", max_size=3), min_size=2, max_size=2)), st.integers(1, 9))
def test_lines_come_whole_from_any_blocks(rows, n_bytes):
    table = b"".join("\t".join(row).encode() + b"\n" for row in [["b", "a"], *rows])
    blocks = (table[at : at + n_bytes] for at in range(0, len(table), n_bytes))
    chosen = b"".join(unpacking._choose_columns(entry_of("http://a/", columns=("b",)), blocks))
    assert chosen == b"".join(row[0].encode() + b"\n" for row in rows)


# -- the registry


def test_the_shipped_registry():
    registry = load_registry()
    assert {
        "text8", "enwik8", "enwik9", "wikitext-2", "wordsim353", "simlex999", "google-analogies",
    } <= set(registry)  # fmt: skip
    for name, entry in registry.items():
        assert entry.name == name
        assert entry.urls
        assert "" not in (entry.description, entry.licence, entry.source)
        # What weighs more than a few pages is pinned; a review corpus has no published checksum.
        assert entry.is_checked or entry.kind == "set" or name == "nsmc"


def test_text8_is_what_everybody_has():
    text8 = load_registry()["text8"]
    assert text8.download.size == 31_344_016
    assert text8.final.size == 100_000_000
    assert text8.size_text == "31 MB"


GOOD = {
    "kind": "corpus", "description": "d", "licence": "l", "source": "s", "urls": ["http://a.b/c"],
}  # fmt: skip


def write_registry(path, **changes):
    """Write a registry of one entry `my` with some keys changed; None takes a key out."""
    fields = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    path.write_text(json.dumps({"my": fields}), "utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "corpora"}, "kind: one of corpus, set is expected"),
        ({"kind": None}, "kind: one of corpus, set is expected"),
        ({"licence": None}, "licence: a text is expected"),
        ({"description": 3}, "description: a text is expected"),
        ({"urls": None}, "urls: a list of at least one address is expected"),
        ({"urls": "http://a.b/c"}, "urls: a list of at least one address is expected"),
        ({"urls": ["file:///etc/passwd"]}, "does not begin with http:// or https:// and a host"),
        ({"urls": ["http:///a"]}, "does not begin with http:// or https:// and a host"),
        ({"urls": [3]}, "urls: 3 does not begin with"),
        ({"size": "31 MB"}, "size: a number of bytes is expected, found '31 MB'"),
        ({"size": True}, "size: a number of bytes is expected, found True"),
        ({"sha256": "a" * 63}, "sha256: 64 small hex digits are expected"),
        ({"sha256": "A" * 64}, "sha256: 64 small hex digits are expected"),
        ({"sha1": "a" * 64}, "sha1: 40 small hex digits are expected"),
        ({"shasum": "a" * 64}, "shasum is no key; keys are description, "),
        ({"unpack": "rar"}, "unpack: one of none, gz, bz2, xz, zip, tar is expected, found 'rar'"),
        ({"unpack": "zip"}, "member: the name of one file is expected for zip and tar"),
        ({"member": "a"}, "member: the name of one file is expected for zip and tar"),
        ({"unpacked": {"size": 3}}, "unpacked: nothing is unpacked here"),
        ({"unpack": "gz", "unpacked": {"size": -3}}, "unpacked: size: a number of bytes"),
        ({"unpack": "gz", "unpacked": [3]}, "unpacked: only size, sha256, sha1 are expected"),
        ({"columns": "a"}, "columns: a list of names is expected"),
    ],
)
def test_mistakes_in_a_registry(tmp_path, changes, said):
    path = write_registry(tmp_path / "registry.yaml", **changes)
    with pytest.raises(ConfigError) as caught:
        load_registry(path)
    assert str(caught.value).startswith(f"{path}: my: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no entries"),
        ("- a", "has no entries"),
        ("a: [", "cannot be read"),
        ("a: 3", "a: keys such as `kind:` are expected"),
        ("../a: {}", r"a name is small letters"),
        ("3: {}", "a name is small letters"),
    ],
)
def test_what_is_no_registry(tmp_path, content, said):
    (tmp_path / "registry.yaml").write_text(content)
    with pytest.raises(ConfigError, match=said):
        load_registry(tmp_path / "registry.yaml")


def test_all_mistakes_are_told(tmp_path):
    path = write_registry(tmp_path / "registry.yaml", kind=None, urls=None, size=0)
    with pytest.raises(ConfigError) as caught:
        load_registry(path)
    assert len(caught.value.problems) == 3


def test_names_that_are_near():
    with pytest.raises(UsageError, match="'Text8' to be fetched; did you mean text8"):
        find_entry("Text8")
    with pytest.raises(UsageError, match="'zzz' to be fetched; `w2v corpus fetch` lists them"):
        find_entry("zzz")


# -- by name, and from the command line


@pytest.fixture
def my_registry(site, folder, monkeypatch):
    """A registry of a corpus `my` and a set `pairs` on the server, in a working folder."""
    pairs = b"love\tsex\t6.77\n\xea\xb0\x80\tb\t1\n"
    entries = {
        "my": {
            **GOOD, "description": "my text", "urls": [site.url("my", file(TEXT))],
            "size": SUMS.size, "sha256": SUMS.sha256,
        },
        "pairs": {**GOOD, "kind": "set", "urls": [site.url("pairs", file(pairs))]},
    }  # fmt: skip
    path = folder.parent / "registry.yaml"
    path.write_text(json.dumps(entries))
    monkeypatch.setattr(registry_module, "REGISTRY_FILE", path)
    return folder


@pytest.mark.usefixtures("my_registry")
class TestByName:
    def test_a_corpus_goes_by_its_name(self):
        with pytest.raises(CorpusError) as caught:
            corpus_files("my")
        assert str(caught.value) == "corpus my is not here yet: w2v corpus fetch my (489 kB)"
        result = w2v("corpus", "fetch", "my")
        assert result.stdout == f"{fetched_path('my')}\n"
        assert corpus_files("my") == ([fetched_file("my")], None)
        assert find_fetched_corpus("my").read_bytes() == TEXT

    def test_a_path_and_a_built_in_corpus_go_first(self, folder):
        w2v("corpus", "fetch", "my")
        (folder / "my").write_text("a path")
        assert [str(path) for path in corpus_files("my")[0]] == ["my"]

    def test_a_set_goes_by_its_name(self):
        with pytest.raises(SetError) as caught:
            find_fetched_set("pairs")
        assert str(caught.value) == (
            "evaluation set pairs is not here yet: w2v corpus fetch pairs (size not known)"
        )
        w2v("corpus", "fetch", "pairs")
        assert read_set(find_fetched_set("pairs")).pairs == [("love", "sex"), ("가", "b")]

    def test_one_for_the_other(self):
        with pytest.raises(CorpusError, match="pairs is an evaluation set, no corpus"):
            find_fetched_corpus("pairs")
        with pytest.raises(SetError, match="my is a corpus, no evaluation set"):
            find_fetched_set("my")

    @pytest.mark.parametrize("name", ["other", "", "..", "a/b", "a\0b", "My"])
    def test_what_the_registry_does_not_know(self, name):
        assert find_fetched_corpus(name) is None
        assert find_fetched_set(name) is None

    def test_train_by_name(self):
        result = w2v("train", "--corpus", "my", code=1)
        assert result.stderr == "w2v: corpus my is not here yet: w2v corpus fetch my (489 kB)\n"

    def test_what_is_printed(self, site):
        result = w2v("corpus", "fetch", "my")
        assert result.stderr.splitlines() == [
            "my: my text",
            "licence  l",
            "source   s",
            f"from     {site.url('my')} (489 kB)",
            "fetched  489 kB; --corpus my finds it",
        ]
        again = w2v("corpus", "fetch", "my")
        assert again.stderr == "my is here already\n"
        assert again.stdout == result.stdout
        assert len(site.requests) == 1

    def test_a_checksum_that_nobody_knows_is_printed(self):
        result = w2v("corpus", "fetch", "pairs")
        digest = hashlib.sha256(fetched_file("pairs").read_bytes()).hexdigest()
        assert f"sha256   {digest}\n" in result.stderr
        assert "the registry knows none to check it with" in result.stderr

    def test_quiet(self):
        assert w2v("corpus", "fetch", "my", "--quiet").stderr == ""

    def test_elsewhere(self, folder):
        assert w2v("corpus", "fetch", "my", "--out", "here.txt").stdout == "here.txt\n"
        (folder / "in").mkdir()
        assert w2v("corpus", "fetch", "my", "--out", "in").stdout == "in/my.txt\n"
        for path in ("here.txt", "in/my.txt"):
            assert (folder / path).read_bytes() == TEXT
        assert fetched_file("my") is None

    def test_elsewhere_is_another_file(self, folder):
        result = w2v("corpus", "fetch", "my", "--out", "my.txt", code=1)
        assert result.stderr.startswith("w2v: my.txt exists and is not my: its size is ")
        assert result.stderr.endswith("; choose another --out\n")
        assert sorted(path.name for path in folder.iterdir()) == ["my.txt"]

    def test_the_list(self, site):
        w2v("corpus", "fetch", "my")
        assert w2v("corpus", "fetch").stdout.splitlines() == [
            "my                      corpus  489 kB  here  l",
            "    my text",
            "pairs                   set                   l",
            "    d",
        ]
        lines = w2v("corpus", "list").stdout.splitlines()
        assert [line for line in lines if "fetched" in line] == [
            "my             fetched; 489 kB, l"
        ]

    def test_the_list_as_json(self, site):
        w2v("corpus", "fetch", "my")
        rows = [json.loads(line) for line in w2v("corpus", "fetch", "--json").stdout.splitlines()]
        assert rows[0] == {
            "name": "my", "kind": "corpus", "description": "my text", "size": SUMS.size,
            "sha256": SUMS.sha256, "licence": "l", "source": "s", "urls": [site.url("my")],
            "file": str(fetched_path("my")),
        }  # fmt: skip
        assert rows[1]["file"] is rows[1]["size"] is None

    def test_the_corpora_as_json(self):
        w2v("corpus", "fetch", "my")
        done = w2v("corpus", "list", "--json")
        rows = {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}
        assert done.stderr == ""
        assert rows["my"]["file"] == str(fetched_path("my"))
        assert rows["toy-world"]["file"] is None
        assert "pairs" not in rows

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("mi",), "w2v: there is no 'mi' to be fetched; did you mean my?\n"),
            (("--out", "a"), "w2v: --out needs the NAME of what to fetch; "),
            (("my", "--json"), "w2v: --json is for the list; it takes no NAME\n"),
        ],
    )
    def test_wrong_usage(self, arguments, said):
        assert w2v("corpus", "fetch", *arguments, code=2).stderr.startswith(said)

    @pytest.mark.parametrize("timeout", ["0", "-1", "nan", "inf", "x", "1e9"])
    def test_a_timeout_that_is_none(self, timeout):
        assert "--timeout" in w2v("corpus", "fetch", "my", "--timeout", timeout, code=2).stderr

    def test_control_c(self, monkeypatch):
        def interrupt(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr(download_module, "_receive", interrupt)
        result = w2v("corpus", "fetch", "my", code=130)
        assert result.stderr.endswith("w2v: stopped; nothing of it is kept\n")

    def test_completion(self):
        completion = ShellComplete(main, {}, "w2v", "_W2V_COMPLETE")
        items = completion.get_completions(["corpus", "fetch"], "p")
        assert [item.value for item in items] == ["pairs"]
        for is_fetched in (False, True):
            items = completion.get_completions(["train", "--corpus"], "m")
            assert ("my" in [i.value for i in items if i.type == "plain"]) == is_fetched
            w2v("corpus", "fetch", "my")
        items = completion.get_completions(["corpus", "make"], "m")
        assert [item.type for item in items] == ["file"]


def test_the_list_of_corpora_fits_a_terminal():
    assert max(map(len, w2v_process("corpus", "list").stdout.splitlines())) <= 80


def test_the_shipped_list_fits_a_terminal():
    lines = w2v_process("corpus", "fetch").stdout.splitlines()
    assert len(lines) == 2 * len(load_registry())
    assert max(map(len, lines)) <= 80
