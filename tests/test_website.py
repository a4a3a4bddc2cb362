"""The local web site: the truth about its pages is what it serves, whatever its clients do to it."""

import http.client
import math
import os
import random
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.error
import urllib.request
import urllib.robotparser
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urldefrag, urljoin

import psutil
import pytest
from kernel import alive, eventually

from backstage.processes import listens
from helpers import Website

MIXED = {
    "errors": 6,
    "resets": 3,
    "endless": 2,
    "dribbles": 2,
    "flaky": 5,
    "moved": 8,
    "closed": 4,
    "latency": 0.0,
}
# No proxy: the environment may name one.
browser = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def quick():
    """A site that answers at once; other tests may have asked it before."""
    with Website(40, latency=0) as site:
        yield site
        assert "Traceback" not in site._child.output


@pytest.fixture
def patient():
    """A site that nobody waits for to the end."""
    with Website(5, latency=600) as site:
        yield site
        assert "Traceback" not in site._child.output


def fetch(url, most=100_000, timeout=60):
    """Return the text at this URL; raise an error that names the fault as the site's own truth does."""
    deadline, got = time.monotonic() + timeout, b""
    try:
        with browser.open(url, timeout=60) as response:
            while piece := response.read1(10_000):
                got += piece
                if len(got) > most:
                    raise ValueError("endless")
                if response.length and time.monotonic() > deadline:  # a known length, and not all of it yet
                    raise ValueError("dribble")
    except urllib.error.HTTPError as error:
        with error:
            raise ValueError(f"status {error.code}") from None
    except ConnectionResetError:
        raise ValueError("reset") from None
    return got.decode()


def crawl(site, tries):
    """Fetch all that robots may; return the texts and the faults by URL."""
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(fetch(site.url + "robots.txt").splitlines())
    found, ahead, texts, faults = {site.url}, [site.url], {}, {}
    while ahead:
        url = ahead.pop()
        if not robots.can_fetch("tests", url):
            continue
        for _ in range(tries):
            try:
                text = fetch(url, timeout=0.3)
            except ValueError as error:
                faults[url] = str(error)
            else:
                faults.pop(url, None)
                break
        else:
            continue
        url = site.moved.get(url, url)
        texts[url] = text
        links = {urldefrag(urljoin(url, link)).url for link in re.findall(r'href="([^"]+)"', text)}
        ahead += sorted(links - found)
        found |= links
    return texts, faults


def connect(site):
    return socket.create_connection(("127.0.0.1", site._child.port), timeout=60)


def ask(path="/", host="127.0.0.1", method="GET"):
    return f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def serves(site):
    return fetch(site.url, most=math.inf) == site.pages[site.url].body


@pytest.mark.parametrize("seed", [1, 2])
def test_a_crawl_that_retries_finds_the_whole_truth(seed):
    with Website(60, seed=seed, fails_times=2, **MIXED) as site:
        texts, faults = crawl(site, tries=3)
        assert texts == {url: site.pages[url].body for url in site.good}
        assert faults == site.bad
        hits = site.hits()
        assert {hits[url] for url in site.bad} == {3}
        assert not any(hits[url] for url in site.closed)
        assert len(site.good) == 60 - 13 - 4
        assert len(site.bad) == 13
        assert len(site.closed) == 4


def test_a_crawl_that_does_not_retry_misses_the_flaky_pages_alone():
    with Website(60, **MIXED) as site:
        texts, faults = crawl(site, tries=1)
        flaky = {url for url, page in site.pages.items() if 0 < page.fails < math.inf}
        assert len(flaky) == 5
        assert set(texts) == site.good - flaky
        assert faults == site.bad | {url: site.pages[url].fault for url in flaky}


def test_the_same_arguments_make_the_same_site():
    with Website(60, **MIXED) as one, Website(60, **MIXED) as same, Website(60, seed=2, **MIXED) as other:
        assert list(one.pages.values()) == list(same.pages.values())
        assert list(one.pages.values()) != list(other.pages.values())
        assert [fetch(url) for url in one.good if not one.pages[url].fails] == [
            fetch(url.replace(one.url, same.url)) for url in one.good if not one.pages[url].fails
        ]


def test_a_flaky_page_counts_its_own_requests():
    with Website(30, flaky=6, fails_times=3, latency=0) as site:
        flaky = [url for url, page in site.pages.items() if page.fault]
        assert {site.pages[url].fault for url in flaky} == {"reset", "status 503"}
        for turn in range(4):
            for url in flaky:
                if turn == 3:
                    assert fetch(url) == site.pages[url].body
                else:
                    with pytest.raises(ValueError, match=site.pages[url].fault):
                        fetch(url)
        outcomes = [request.outcome for request in site.log()]
        assert outcomes == [site.pages[url].fault for url in flaky] * 3 + ["200"] * 6


def test_pages_lead_to_pages_known_already(quick):
    links = [urldefrag(link).url for page in quick.pages.values() for link in page.links]
    assert len(set(links)) == 40
    assert len(links) == 39 + 3 * 40


def test_a_moved_page_redirects():
    with Website(20, moved=5, latency=0) as site:
        assert len(site.moved) == 5
        for old, new in site.moved.items():
            assert fetch(old) == site.pages[new].body
        assert {request.outcome for request in site.log()} == {"200", "301"}


def test_robots_txt_forbids_the_kitchen_and_asks_for_a_delay():
    with Website(20, closed=3, crawl_delay=2, latency=0) as site:
        robots = urllib.robotparser.RobotFileParser()
        robots.parse(fetch(site.url + "robots.txt").splitlines())
        assert {url for url in site.pages if not robots.can_fetch("tests", url)} == site.closed
        assert robots.crawl_delay("tests") == 2
        url = min(site.closed)
        assert fetch(url) == site.pages[url].body


def test_every_answer_takes_its_latency_and_all_wait_together():
    with Website(30, latency=0.3, jitter=0.3) as site:
        latencies = {page.path: page.latency for page in site.pages.values()}
        assert all(0.3 <= latency <= 0.6 for latency in latencies.values())
        assert len(set(latencies.values())) == 30
        with ThreadPoolExecutor(30) as pool:
            start = time.perf_counter()
            list(pool.map(fetch, site.pages))
            took = time.perf_counter() - start
        assert took < sum(latencies.values()) / 2
        log = site.log()
        assert len(log) == 30
        for request in log:
            assert request.end - request.start >= latencies[request.path]
            assert start < request.start < start + took


def test_a_site_that_answers_few_at_once_makes_requests_queue():
    with Website(30, latency=0.1, at_once=3) as site:
        with ThreadPoolExecutor(12) as pool:
            start = time.perf_counter()
            list(pool.map(fetch, list(site.pages)[:12]))
            took = time.perf_counter() - start
        assert took >= 4 * 0.1  # twelve pages in four rounds of three
        assert site.most_in_flight() > 3
        assert {request.outcome for request in site.log()} == {"200"}


def test_a_place_is_free_again_when_its_client_leaves():
    with Website(2, latency=600, at_once=1) as site:
        for arrived in (1, 2):
            with connect(site) as visitor:
                visitor.sendall(ask())
                assert eventually(lambda arrived=arrived: len(site.log()) == arrived)
            assert eventually(lambda: site.log()[-1].end)
        assert {request.outcome for request in site.log()} == {"abandoned"}


def test_a_log_that_is_forgotten_starts_anew(quick):
    fetch(quick.url)
    quick.forget()
    assert quick.log() == []
    fetch(quick.url)
    assert [request.path for request in quick.log()] == ["/"]


def test_the_size_is_kept_on_average():
    with Website(200, latency=0) as site:
        sizes = [len(page.body) for page in site.pages.values()]
        assert 1_800 < sum(sizes) / 200 < 2_200
        assert min(sizes) < 1_400 < 2_600 < max(sizes)


def test_requests_in_flight_are_counted_until_their_client_leaves(patient):
    page = list(patient.pages)[1]
    visitors = [connect(patient) for _ in range(5)]
    for number, visitor in enumerate(visitors):
        visitor.sendall(ask(patient.pages[page].path if number < 2 else "/"))
    assert eventually(lambda: patient.most_in_flight() == 5)
    assert patient.hits() == {page: 2, patient.url: 3}
    assert {(request.end, request.outcome) for request in patient.log()} == {(None, "200")}
    for visitor in visitors:
        visitor.close()
    assert eventually(lambda: all(request.end for request in patient.log()))
    assert {request.outcome for request in patient.log()} == {"abandoned"}
    assert patient.most_in_flight() == 5


def test_visitors_one_after_another_are_never_two_at_once():
    with Website(30, latency=0) as site:
        for url in site.pages:
            fetch(url)
        assert site.most_in_flight() == 1


@pytest.mark.parametrize("kind", ["endless", "dribbles"])
def test_a_body_without_an_end_ends_with_its_client(kind):
    with Website(2, **{kind: 1, "latency": 0}) as site:
        ((url, fault),) = site.bad.items()
        with connect(site) as visitor:
            visitor.sendall(ask(site.pages[url].path))
            assert b"200 OK" in visitor.recv(100)
            ((_, _, end, outcome),) = site.log()
            assert (end, outcome) == (None, fault)
        assert eventually(lambda: site.log()[0].end)


def test_connections_are_kept_and_requests_may_come_in_a_row(quick):
    paths = [page.path for page in list(quick.pages.values())[:5]]
    with connect(quick) as visitor:
        visitor.sendall(b"".join(map(ask, paths)))
        got, wanted = b"", [quick.pages[quick.url[:-1] + path].title.encode() for path in paths]
        while got.count(b"</h1>") < 5 and (piece := visitor.recv(65536)):
            got += piece
    assert re.findall(rb"<h1>(.*?)</h1>", got) == wanted


def test_other_questions_have_their_usual_answers(quick):
    connection = http.client.HTTPConnection("127.0.0.1", quick._child.port, timeout=60)
    for method, path, status in [("HEAD", "/", 200), ("POST", "/", 405), ("GET", "/no/such%ff", 404)]:
        connection.request(method, path, body=b"abc" if method == "POST" else None)
        response = connection.getresponse()
        assert response.status == status
        assert (response.read() == b"") == (method == "HEAD")
    connection.close()


NONSENSE = {
    "garbage": random.Random(1).randbytes(10_000),
    "an endless line": b"x" * 100_000,
    "no version": b"GET / HTTP/x.y\r\n\r\n",
    "a bad length": b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
    "a bad chunk": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
    "NULs": b"\0" * 1_000,
    "a secure hello": bytes.fromhex("16030100a5010000a10303") + b"\1" * 160,
    "an answer": b"HTTP/1.1 200 OK\r\n\r\n",
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused_and_does_no_harm(quick, name):
    with connect(quick) as visitor:
        try:
            visitor.sendall(NONSENSE[name] + b"\r\n\r\n")
            visitor.shutdown(socket.SHUT_WR)
            answer = visitor.recv(100)
        except TimeoutError:
            raise
        except OSError:  # reset: it need not read all of it
            answer = b""
    assert not answer.startswith(b"HTTP/1.1 200")
    assert serves(quick)


def test_half_requests_and_sudden_departures_do_no_harm(quick):
    request = ask(host="a" * 200)
    visitors = []
    for length in range(0, len(request), 5):
        visitor = connect(quick)
        visitor.sendall(request[:length])
        if length % 2:
            visitor.close()
        else:
            visitors.append(visitor)
    assert serves(quick)
    for visitor in visitors:
        visitor.close()
    assert serves(quick)


@pytest.fixture
def many_descriptors():
    """As many as this process may have; yields how many that is."""
    if os.name == "nt":
        yield 5_000  # no limit of this kind
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = hard if 0 < hard < 5_000 else 5_000
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))
    yield max(soft, limit)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_thousand_silent_visitors_do_no_harm(many_descriptors, quick):
    crowd = [connect(quick) for _ in range(min(1_000, many_descriptors - 200))]
    assert serves(quick)
    for visitor in crowd:
        visitor.close()
    assert serves(quick)


def test_it_listens_on_loopback_alone_until_it_is_stopped():
    site = Website(3, latency=0)
    try:
        port = site._child.port
        connections = psutil.Process(site.pid).net_connections("inet")
        listening = {each.laddr for each in connections if each.status == psutil.CONN_LISTEN}
        assert listening == {("127.0.0.1", port)}
        assert repr(site) == f"<Website of 3 pages at {site.url}>"
    finally:
        site.stop()
    assert not listens(port)
    assert not alive(site.pid)
    assert repr(site).endswith(", stopped>")
    assert len(site.pages) == 3
    with pytest.raises(
        RuntimeError, match=r"^The site has been stopped, and its log is gone: make a new one, and visit it\.$"
    ):
        site.hits()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_it_is_gone_when_its_owner_is_killed():
    code = "from helpers import Website; import time; print(Website(3).pid, flush=True); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as owner:
        pid = int(owner.stdout.readline())
        assert alive(pid)
        owner.send_signal(signal.SIGKILL)
    assert eventually(lambda: not alive(pid))


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"pages": 0}, "pages must be a whole number, at least 1, not 0."),
        ({"pages": "ten"}, "pages must be a whole number, at least 1, not 'ten'."),
        ({"errors": -1}, "errors must be a whole number, at least 0, not -1."),
        ({"resets": 1.5}, "resets must be a whole number, at least 0, not 1.5."),
        ({"seed": None}, "seed must be a whole number, at least 0, not None."),
        ({"latency": -0.1}, "latency must be a number of seconds, at least 0, not -0.1."),
        ({"jitter": math.nan}, "jitter must be a number of seconds, at least 0, not nan."),
        ({"crawl_delay": 0.5}, "crawl_delay must be a whole number, at least 0, not 0.5."),
        ({"at_once": 0}, "at_once must be a whole number, at least 1, not 0."),
        ({"fails_times": 0}, "fails_times must be a whole number, at least 1, not 0."),
        ({"pages": 10**9}, "pages may be 100,000 at most, not 1000000000."),
        ({"latency": 10**400}, f"latency may be 86,400 at most, not 1{'0' * 49}…."),
        ({"flaky": 10**5_000}, "flaky may be 1,000,000 at most, not a value of type int that cannot be written down."),
        (
            {"pages": 5, "errors": 3, "moved": 2},
            "Of 5 pages, 5 cannot be special: the first is always plain.",
        ),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(arguments, complaint):
    with pytest.raises(ValueError, match=f"^{re.escape(complaint)}$"):
        Website(**arguments)


def test_a_connection_that_has_ended_leaves_nothing_for_the_collector():
    """Or its watchers are there when the next connection gets its descriptor, which libuv's loop answers by a reset."""
    code = """
        import gc
        from gevent import socket
        from backstage.website import server

        plan = dict(pages=1, latency=0.0, jitter=0.0, errors=0, resets=0, endless=0, dribbles=0, flaky=0,
                    fails_times=2, moved=0, closed=0, crawl_delay=None, at_once=None, seed=1)
        site = server.Server(("127.0.0.1", 0), server.Application(plan), handler_class=server.Handler, log=None)
        site.start()
        gc.disable()
        for _ in range(5):
            with socket.create_connection(site.address) as line:
                line.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
                while line.recv(1000):
                    pass
        print(sum(isinstance(each, server.Handler) for each in gc.get_objects()))
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("0\n", "")
