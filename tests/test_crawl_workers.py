"""The programs of chapter 21 under faults: what a worker holds is done by another, and the crawl ends whole."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pika
import psutil
import pytest
from brokers import installed_rabbitmq
from kernel import eventually

from backstage.brokers import start_broker
from backstage.website import Website
from benchmarks.bench_workers import FILES, NOTEBOOK, Crawl, frozen
from exercises.vocabulary import written_files

FAR = """
import os, subprocess, sys
from helpers import ready
os.chdir(folder)
ready()
subprocess.run([sys.executable, "worker.py", "Far", "4"], env={**os.environ, "AMQP_URL": url})
"""
SAFE = pika.BasicProperties(delivery_mode=2)  # or a job is gone with a broker that is killed at once


@pytest.fixture(params=["embedded", "rabbitmq"])
def broker(request, monkeypatch):
    if request.param == "rabbitmq":
        installed_rabbitmq()
    monkeypatch.delenv("AMQP_URL", raising=False)
    monkeypatch.setenv("COURSE_BROKER", request.param)
    with start_broker() as broker:
        yield broker


@pytest.fixture
def embedded(monkeypatch):
    monkeypatch.delenv("AMQP_URL", raising=False)
    monkeypatch.setenv("COURSE_BROKER", "embedded")
    with start_broker() as broker:
        yield broker


def publish(url, *jobs):
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        for job in jobs:
            connection.channel().basic_publish("", "bao.jobs", json.dumps({"url": job, "tries": 0}), SAFE)


def take(url, enough, seconds=60):
    """The results that come until `enough` of them is true: list of dict."""
    found = []
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        for _, _, body in channel.consume("bao.results", auto_ack=True, inactivity_timeout=seconds):
            assert body, f"no result for {seconds} s; there were {found}"
            found.append(json.loads(body))
            if enough(found):
                channel.cancel()
                return found


def calls(worker, site):
    """Whether a worker has called the site, which need not have heard it: it holds a job then."""
    port = site._child.port
    return any(each.raddr and each.raddr.port == port for each in psutil.Process(worker.pid).net_connections("tcp"))


def test_the_programs_need_nothing_of_the_course():
    for text in written_files(NOTEBOOK, *FILES).values():
        assert text
        assert not {"helpers", "backstage", "exercises"} & set(text.replace(".", " ").split())


def test_a_crawl_in_which_everything_dies_once_ends_whole(broker):
    faults = {"errors": 3, "resets": 2, "endless": 1, "flaky": 5, "moved": 5}
    with Website(90, latency=0.15, jitter=0.1, **faults) as site, Crawl(broker.url, [site.url], per_host=12) as crawl:
        doomed, sleeper, _ = (crawl.hire(name, greenlets=5) for name in ("Ann", "Ben", "Cai"))
        collector = crawl.collect()
        crawl.wait(lambda: crawl.stored >= 15)
        doomed.stop(grace=0)
        crawl.wait(lambda: crawl.stored >= 25)
        with frozen(sleeper):
            crawl.wait(lambda: crawl.stored >= 35)
            broker.restart(kill=True)
            crawl.wait(lambda: crawl.stored >= 60)
            collector.stop(grace=0)
            crawl.collect()
            crawl.wait(lambda: crawl.stored >= 80)
        crawl.wait(lambda: crawl.over)
        time.sleep(1)  # for what the sleeper brings
        assert crawl.faults(site) == []
        assert crawl.over


def test_the_job_of_a_killed_worker_comes_to_the_next_one(embedded):
    with Website(1) as site, Crawl(embedded.url, []) as crawl:
        first = crawl.hire("first", greenlets=1)
        with frozen(site._child):  # or it might have an answer before it is killed
            publish(embedded.url, site.url)
            assert eventually(lambda: calls(first, site))
            first.stop(grace=0)
        crawl.hire("second", greenlets=1)
        [result] = take(embedded.url, len)
        assert (result["worker"], result["outcome"], result["again"]) == ("second", "good", True)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot freeze a process")
def test_a_worker_that_wakes_up_too_late_sends_its_result_all_the_same(embedded):
    with Website(1) as site, Crawl(embedded.url, []) as crawl:
        workers = {name: crawl.hire(name, greenlets=1) for name in ("one", "two")}

        def at_work():
            return [name for name, each in workers.items() if calls(each, site)]

        site._child.freeze()  # or there might be an answer before anybody falls asleep
        publish(embedded.url, site.url)
        assert eventually(at_work)
        sleeper = at_work()[0]
        with frozen(workers[sleeper]):
            site._child.thaw()
            assert [each["worker"] for each in take(embedded.url, len)] != [sleeper]
        take(embedded.url, lambda found: found[-1]["worker"] == sleeper)


def test_results_that_nobody_can_take_are_kept_until_the_broker_is_back(embedded):
    with Website(2, latency=0.05) as site, Crawl(embedded.url, []) as crawl:
        crawl.hire("Ann", greenlets=2)
        for _ in range(2):
            publish(embedded.url, *site.pages)
            embedded.restart(kill=True)
            take(embedded.url, lambda found: {each["url"] for each in found} >= set(site.pages))


def test_a_line_goes_on_to_the_next_address_when_one_is_dead(embedded):
    with socket.socket() as dead, Website(1) as site, Crawl(embedded.url, []) as crawl:
        dead.bind(("127.0.0.1", 0))  # it does not listen, and nobody else can there
        crawl.url = f"amqp://guest:guest@127.0.0.1:{dead.getsockname()[1]} {embedded.url}"
        crawl.hire("Ann", greenlets=1)
        publish(embedded.url, site.url)
        assert [each["outcome"] for each in take(embedded.url, len)] == ["good"]


def test_a_job_that_the_broker_lost_is_handed_out_again(embedded):
    with Website(2) as site, Crawl(embedded.url, site.pages) as crawl:
        with crawl.ledger:
            crawl.ledger.execute("UPDATE found SET state = 'sure'")  # and no message is there
        crawl.hire("Ann", greenlets=2)
        shorter = "collector.Collector.remind.__defaults__ = (0.5,)"
        crawl.start(f"{shorter}; collector.run(url, path, 9, ready)", "collector", path=crawl.path)
        crawl.wait(lambda: crawl.over, seconds=60)
        assert crawl.faults(site) == []


@pytest.mark.skipif(os.name == "nt", reason="there a killed owner's descendants are found in another way")
def test_a_worker_started_by_its_command_is_gone_with_the_owner_of_its_cell(embedded, tmp_path):
    owner = f"""
import sys, time
from helpers import start_isolated
far = start_isolated({FAR!r}, {{"url": {embedded.url!r}, "folder": {str(tmp_path)!r}}}, timeout=120)
print("ready", flush=True)
time.sleep(600)
"""
    with Crawl(embedded.url, []):
        for name, text in written_files(NOTEBOOK, *FILES).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        process = subprocess.Popen([sys.executable, "-c", owner], stdout=subprocess.PIPE)
        try:
            assert process.stdout.readline() == b"ready\n"
            assert eventually(lambda: workers_of(tmp_path))
        finally:
            process.kill()
            process.communicate()
        assert eventually(lambda: not workers_of(tmp_path))


def workers_of(folder):
    found = []
    for each in psutil.process_iter(["cmdline", "cwd"]):
        if each.info["cwd"] == str(folder) and "worker.py" in (each.info["cmdline"] or ()):
            found.append(each)
    return found
