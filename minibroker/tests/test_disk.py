"""What outlives the broker if it has a folder: what was promised is there after SIGKILL, and nothing else is."""

import datetime
import decimal
import math
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import pika
import pytest
from clients import bodies, count, put
from launch import Process, eventually, start_broker
from pika.exceptions import AMQPError, ChannelClosedByBroker
from test_twin import QUEUES, Client, make_program

from minibroker.disk import NAME, _read_table, _table

SEED = int(os.environ.get("MINIBROKER_SEED", "1"))
KEPT = {"delivery_mode": 2}
ODD = {
    "price": decimal.Decimal("2.50"),
    "day": datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc),
    "list": [1, -1, 2**40, None, True, "包子", {"deep": [{}]}],
}


class Kept:
    """A broker that is killed and started again in its folder.

    Parameters
    ----------
    folder : path
    """

    def __init__(self, folder):
        self.folder, self._connections = folder, []
        self.start()

    def start(self, *options):
        self.process = start_broker("--folder", str(self.folder), *options)

    def restart(self, kill=True):
        if kill:
            self.process.kill()
        else:
            self.process.interrupt()
            assert self.process.wait(30) == 0
        assert "Traceback" not in self.process.output
        self.start()

    def channel(self):
        connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", self.process.port))
        channel = connection.channel()
        channel.confirm_delivery()
        return channel


@pytest.fixture
def kept(tmp_path):
    broker = Kept(tmp_path / "not" / "there yet")
    yield broker
    broker.process.kill()


# What is there again


def test_what_is_deleted_unbound_or_settled_stays_away(kept):
    channel = kept.channel()
    for queue in ("gone", "left", "held"):
        channel.queue_declare(queue, durable=True)
    for exchange in ("gone", "left"):
        channel.exchange_declare(exchange, durable=True)
        channel.queue_bind("left", exchange, "k")
    channel.exchange_bind("gone", "left", "k")
    channel.queue_bind("gone", "left", "k")
    channel.queue_bind("held", "left", "k")
    channel.queue_unbind("held", "left", "k")
    put(channel, "held", "old", **KEPT)
    channel.basic_get("held")  # held by its reader when its queue goes
    channel.queue_delete("held")
    channel.queue_declare("held", durable=True)
    put(channel, "gone", "buried", **KEPT)
    channel.queue_delete("gone")
    channel.exchange_delete("gone")
    put(channel, "left", "purged", **KEPT)
    channel.queue_purge("left")
    kept.restart()
    channel = kept.channel()
    channel.basic_publish("left", "k", "routed")
    assert (bodies(channel, "left"), bodies(channel, "held")) == (["routed"], [])
    for again in (lambda c: c.queue_declare("gone", passive=True), lambda c: c.exchange_declare("gone", passive=True)):
        with pytest.raises(ChannelClosedByBroker, match="NOT_FOUND"):
            again(kept.channel())


def test_arguments_come_back_as_they_were(kept):
    channel = kept.channel()
    channel.exchange_declare("headers", "headers", durable=True)
    channel.queue_declare("odd", durable=True, arguments={"x-max-priority": 5, "x-note": ODD})
    channel.queue_bind("odd", "headers", "", ODD)
    kept.restart()
    channel = kept.channel()
    channel.queue_declare("odd", durable=True, arguments={"x-max-priority": 5, "x-note": ODD})
    channel.basic_publish("headers", "", "fits", pika.BasicProperties(headers=ODD))
    channel.basic_publish("headers", "", "does not", pika.BasicProperties(headers={**ODD, "price": 2}))
    assert bodies(channel, "odd") == ["fits"]
    channel.queue_unbind("odd", "headers", "", dict(reversed(ODD.items())))
    kept.restart()
    channel = kept.channel()
    channel.basic_publish("headers", "", "fits", pika.BasicProperties(headers=ODD))
    assert bodies(channel, "odd") == []


@pytest.mark.parametrize(
    "value", [0.1, math.inf, -(2**63), 2**63 - 1, "", bytearray(b"\0\xff"), decimal.Decimal("-1E-200"), ODD]
)
def test_values_are_written_as_they_are(value):
    assert _read_table(_table({"é" * 100: value, "": [value]})) == {"é" * 100: value, "": [value]}


def test_order_priorities_and_expiry_outlive_a_restart(kept):
    channel = kept.channel()
    channel.queue_declare("dead", durable=True)
    arguments = {"x-max-priority": 2, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}
    channel.queue_declare("ranked", durable=True, arguments=arguments)
    for text, priority in zip("abcdef", (0, 2, 1, 0, 1, 9), strict=True):
        put(channel, "ranked", text, priority=priority, **KEPT)
    put(channel, "ranked", "late", priority=2, expiration="1", **KEPT)
    put(channel, "ranked", "in time", priority=2, expiration="3600000", **KEPT)
    kept.restart()
    channel = kept.channel()
    assert bodies(channel, "ranked") == ["b", "f", "in time", "c", "e", "a", "d"]
    assert bodies(channel, "dead", least=1) == ["late"]
    kept.restart()
    assert bodies(kept.channel(), "dead") == []


def test_a_rejected_message_is_either_here_or_there(kept):
    channel = kept.channel()
    channel.queue_declare("dead", durable=True)
    arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}
    channel.queue_declare("live", durable=True, arguments=arguments)
    put(channel, "live", *map(str, range(150)), **KEPT)
    for _ in range(3):
        channel = kept.channel()
        for _ in range(random.randrange(11, 40)):
            channel.basic_reject(channel.basic_get("live")[0].delivery_tag, requeue=False)  # the last is not heard
        kept.restart()
    channel = kept.channel()
    left, dead = count(channel, "live"), count(channel, "dead")
    assert left + dead == 150 and dead >= 30
    assert sorted(map(int, bodies(channel, "live") + bodies(channel, "dead"))) == list(range(150))


@pytest.mark.parametrize("kill", [True, False], ids=["killed", "stopped"])
def test_only_an_end_in_order_knows_what_nobody_had(kept, kill):
    channel = kept.channel()
    channel.queue_declare("q", durable=True)
    put(channel, "q", *"abcd", **KEPT)
    channel.basic_ack(channel.basic_get("q")[0].delivery_tag)
    channel.basic_get("q")
    channel.basic_nack(channel.basic_get("q")[0].delivery_tag)
    count(channel, "q")
    kept.restart(kill)
    channel = kept.channel()
    found = [channel.basic_get("q", auto_ack=True) for _ in "bcd"]
    assert [(body, method.redelivered) for method, _, body in found] == [(b"b", True), (b"c", True), (b"d", kill)]


@pytest.mark.parametrize("seed", range(SEED, SEED + 4))
def test_random_play_goes_on_after_a_restart_as_if_there_was_none(kept, seed):
    """The same commands to two brokers that keep all; one of them is killed half-way."""
    program = [step for step in make_program(seed) if step[0] not in ("declare", "consume", "settle", "recover")]
    with start_broker() as other:
        seen = []
        for restart in (False, True):
            port = kept.process.port if restart else other.port
            client = EverDurable(port, 0.1)
            client.prepare(seed)
            first = client.go_on(program[: len(program) // 2])
            if restart:
                kept.restart()
                client = EverDurable(kept.process.port, 0.1)
                client.number = 1000
            else:
                client.number = 1000
            seen.append((first, client.go_on(program[len(program) // 2 :])))
        assert seen[0] == seen[1]


class EverDurable(Client):
    """All that it declares is durable, and all that it publishes persistent."""

    def prepare(self, seed):
        for queue in QUEUES:
            self.channel.queue_declare(queue, durable=True, arguments={"x-max-priority": 2} if seed % 2 else None)

    def go_on(self, program):
        self.moment, self.in_motion, self.number = 0, False, getattr(self, "number", 0)
        seen = []
        for name, *fields in program:
            try:
                seen.append((name, getattr(self, name)(*fields)))
            except (AMQPError, ValueError) as error:
                seen.append((name, type(error).__name__, getattr(error, "reply_code", 0)))
                if self.channel.is_closed:
                    self.open()
        return seen

    def get(self, queue, auto_ack):
        found = super().get(queue, auto_ack=True)
        return found and (found[0], found[2:])  # whether it is redelivered is not the same

    def declare_exchange(self, name, kind):
        self.channel.exchange_declare(name, kind, durable=True)

    def publish(self, exchange, key, mandatory, headers, priority=None):
        self.number += 1
        properties = pika.BasicProperties(priority=priority, headers=headers, delivery_mode=2)
        self.channel.basic_publish(exchange, key, str(self.number), properties, mandatory)


# Killed at any moment


def publish_until_it_dies(broker, who, confirmed):
    try:
        channel = broker.channel()
        while True:
            number = len(confirmed)
            channel.basic_publish("", f"q{number % 3}", f"{who}.{number}" + "." * (number % 5000), BasicKept)
            confirmed.append(number)
    except AMQPError:
        pass


def take_until_it_dies(broker, done):
    try:
        channel = broker.channel()
        while True:
            if (message := channel.basic_get("q0"))[0]:
                channel.basic_ack(message[0].delivery_tag)
                channel.queue_declare("q0", passive=True)  # whose answer says that it was heard
                done.append(message[2].rstrip(b".").decode())
    except AMQPError:
        pass


BasicKept = pika.BasicProperties(**KEPT)


def test_sigkill_loses_nothing_confirmed_and_brings_back_nothing_acknowledged(kept):
    channel = kept.channel()
    for queue in ("q0", "q1", "q2"):
        channel.queue_declare(queue, durable=True)
    sent, done, rounds = {}, [], 4
    for turn in range(rounds):
        work = [threading.Thread(target=take_until_it_dies, args=(kept, done))]
        for publisher in range(3):
            who = f"{turn}-{publisher}"
            work.append(threading.Thread(target=publish_until_it_dies, args=(kept, who, sent.setdefault(who, []))))
        for thread in work:
            thread.start()
        enough, mine = len(done) + 20, [each for who, each in sent.items() if who[0] == str(turn)]
        assert eventually(lambda mine=mine, enough=enough: len(done) >= enough and min(map(len, mine)) >= 30)
        time.sleep(random.random() / 10)
        kept.process.kill()
        for thread in work:
            thread.join()
        with sqlite3.connect(kept.folder / NAME) as file:
            assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        file.close()
        kept.start()
    channel = kept.channel()
    left = [text.rstrip(".") for queue in ("q0", "q1", "q2") for text in bodies(channel, queue)]
    assert len(left) == len(set(left)) and len(done) == len(set(done))
    assert not set(left) & set(done)
    promised = {f"{who}.{number}" for who, numbers in sent.items() for number in numbers}
    assert len(promised) > 30 * 3 * rounds
    # One message of each publisher may have been on its way, and one that the reader had, when the broker was killed.
    assert len(promised - set(left) - set(done)) <= rounds
    assert len(set(left) - promised) <= 3 * rounds
    for who in sent:
        for queue in range(3):
            numbers = [int(text.split(".")[1]) for text in left if text.startswith(f"{who}.")]
            mine = [number for number in numbers if number % 3 == queue]
            assert mine == sorted(mine)


# A file or a disk that will not do


def refusal(folder):
    """What the broker says when it cannot use this folder."""
    command = [sys.executable, "-m", "minibroker", "--port", "0", "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr.strip()


@pytest.fixture
def filled(kept):
    """A folder in which there is something."""
    channel = kept.channel()
    channel.queue_declare("q", durable=True)
    put(channel, "q", *(str(number) * 1000 for number in range(100)), **KEPT)
    kept.process.interrupt()
    kept.process.wait(30)
    return kept.folder


def test_a_file_that_is_none_of_ours_is_left_alone(tmp_path):
    path = tmp_path / NAME
    for content in (b"a cake recipe" * 1000, b"short"):
        path.write_bytes(content)
        assert refusal(tmp_path) == f"minibroker cannot use {path}: file is not a database"
        assert path.read_bytes() == content
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE cakes (name)")
    other.close()
    assert refusal(tmp_path) == f"minibroker cannot use {path}: it is another program's, or another version's"


def test_a_damaged_file_is_named(filled):
    path = filled / NAME
    content = bytearray(path.read_bytes())
    content[40_000:60_000] = bytes(20_000)
    path.write_bytes(content)
    assert refusal(filled).startswith(f"minibroker cannot use {path}: it is damaged (")


def test_what_makes_no_sense_in_the_file_is_damage_too(filled):
    with sqlite3.connect(filled / NAME) as file:
        file.execute("UPDATE queues SET declared = x'46ffff'")
    file.close()
    assert "it is damaged (" in refusal(filled)


def test_two_brokers_do_not_share_a_folder(kept):
    assert refusal(kept.folder).endswith(f"{NAME}: another broker uses it")
    assert kept.process.running


def test_a_folder_that_cannot_be_is_named(tmp_path):
    (file := tmp_path / "file").touch()
    assert refusal(file).startswith(f"minibroker cannot use {file / NAME}: ")


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do anything")
def test_a_folder_without_permission_is_named(filled):
    filled.chmod(0o500)
    try:
        assert refusal(filled).startswith(f"minibroker cannot use {filled / NAME}: ")
    finally:
        filled.chmod(0o700)


@pytest.mark.skipif(os.name == "nt", reason="needs ulimit")
def test_where_no_more_can_be_written_it_ends_with_a_sentence_and_keeps_what_it_confirmed(kept):
    kept.process.kill()
    command = f"ulimit -f 2048; exec {sys.executable} -m minibroker --port 0 --folder '{kept.folder}'"
    kept.process = Process(shutil.which("sh"), "-c", command, ready=r"port (\d+)\n")
    channel = kept.channel()
    channel.queue_declare("q", durable=True)
    confirmed = 0
    with pytest.raises(AMQPError):
        while confirmed < 10_000:
            put(channel, "q", f"{confirmed:01000}", **KEPT)
            confirmed += 1
    assert kept.process.wait(30) == 1
    *_, said = kept.process.output.splitlines()
    assert said.startswith(f"minibroker ends: it cannot write to {kept.folder / NAME}: ")
    kept.start()
    channel = kept.channel()
    assert confirmed > 100
    assert list(map(int, bodies(channel, "q")))[:confirmed] == list(range(confirmed))
