"""What the ladder measures keeps its order, whatever else the machine does meanwhile."""

import pytest

from backstage.ladder import KINDS, climb


@pytest.fixture(scope="module")
def rungs():
    return climb()


def test_every_kind_is_measured_in_the_order_of_the_ladder(rungs):
    assert list(rungs) == list(KINDS)


def test_memory_grows_from_generator_to_process(rungs):
    assert 50 < rungs["generator"].memory < 1_000
    assert rungs["generator"].memory < rungs["asyncio task"].memory < rungs["gevent greenlet"].memory
    assert 3 * rungs["asyncio task"].memory < rungs["thread"].memory
    assert 20 * rungs["thread"].memory < rungs["process"].memory


def test_a_switch_by_hand_is_quicker_than_one_through_a_loop_or_the_system(rungs):
    switch = {kind: rung.switch for kind, rung in rungs.items()}
    assert 0 < switch["generator"] < switch["greenlet"] < switch["gevent greenlet"]
    assert 10 * switch["generator"] < min(switch["asyncio task"], switch["thread"], switch["process"])
