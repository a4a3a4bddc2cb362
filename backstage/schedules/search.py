"""Which schedules to try, in which order, and when enough of them were tried.

A program is run again and again by an engine, which asks here at each point where more than one worker could go on. The
search knows nothing of workers. It sees what each choice costs, and tries all schedules that cost nothing, then all
that cost 1, then 2, up to a bound; after that it walks at random. For threads an interruption costs 1, for that is
"iterative context bounding": most bugs need but one or two interruptions (Musuvathi and Qadeer, PLDI 2007). For
greenlets a step away from the order of arrival costs 1, which is "delay bounding" (Emmi, Qadeer and Rakamarić, POPL
2011).

Nothing is stored but choices, so a schedule can be had again: `replay(run, choices)`.
"""

import math
import random
import time
from collections import deque
from dataclasses import dataclass

MORE_AFTER_THE_FIRST = 100  # schedules of the same cost that are still tried for a shorter way to break the program


STOP = -1  # for an engine that asks which option to take: none, this run need not go on
AGAIN = object()  # what a run returns when from now on there are other points to choose at: the search begins anew


@dataclass
class Result:
    """What a search came to.

    Attributes
    ----------
    failure : object or None
        What the run returned that broke: the one of least cost, and of these the shortest.
    choices : tuple of (int, tuple of int)
        The choices that lead to it, each with the costs of the options there were; hand them to `replay`.
    cost : int
        What they cost together.
    tried : int
        How many schedules were run, each of them once.
    proven : float
        All schedules that cost at most that much were tried: -1 if not even the free ones, `math.inf` for all.
    walks : int
        How many of those tried were random.
    steady : bool
        Whether the program did the same whenever it was given the same choices; if not, nothing is proven.
    """

    failure: object = None
    choices: tuple = ()
    cost: int = 0
    tried: int = 0
    proven: float = -1
    walks: int = 0
    steady: bool = True


def search(run, *, bound=2, schedules=10_000, seconds=10.0, walks=50, seed=0):
    """Look for a schedule that breaks a program.

    Parameters
    ----------
    run : callable
        `run(choose)` runs the program once. Where more than one could go on it calls `choose(costs)`, with a tuple of
        ints, what each option costs, and gets the number of the option to take. The first option must cost 0: it is
        what happens of itself. The same choices should lead to the same options. If it can tell in which state the
        program is, it calls `choose(costs, state)`, with anything hashable, and may get STOP: all that can follow
        from here has been, or will be, tried in another way. It returns None if all went well, or after a STOP,
        `AGAIN`, or else a failure: any object, with an attribute `length` by which the shortest is found; if its
        attribute `slow` is true, no other is looked for.
    bound : int
        The cost up to which all schedules are tried.
    schedules, seconds : int, float
        The most that are tried, and the longest that it may take; the first makes a result that repeats.
    walks : int
        How many random ones follow, if none of those has failed and there are more.
    seed : int
        Of these.

    Returns
    -------
    Result

    """
    end = time.monotonic() + seconds
    while True:
        result = _search_once(run, bound, schedules, end, walks, seed)
        if result is not AGAIN:
            return result


def replay(run, choices):
    """Run the program once more under the schedule with these choices; return what the run returns."""
    return run(_Path(choices).choose)


class _Path:
    """One run's choices: the given ones, then those of `pick`, which by default takes the first option.

    `given` are pairs: a choice, and the costs of the options among which it was made.
    """

    def __init__(self, given, pick=None, cost=0, seen=None):
        self.given, self.pick, self.taken, self.steady = given, pick, [], True
        self.cost, self.seen = cost, seen  # what the given ones cost; the least cost at which each state was reached

    def choose(self, costs, state=None):
        place = len(self.taken)
        if self.seen is not None and state is not None and place >= len(self.given):
            if self.seen.get(state, math.inf) <= self.cost:
                return STOP
            self.seen[state] = self.cost
        if place < len(self.given):
            choice, known = self.given[place]
            if known != costs:  # there is no way to where this was to lead: go anywhere
                self.steady, self.given, choice = False, self.given[:place], 0
        else:
            choice = self.pick(costs) if self.pick else 0
        self.taken.append((choice, costs))
        return choice


def _search_once(run, bound, schedules, end, walks, seed):
    result = Result()
    levels = [deque() for _ in range(bound + 1)]
    levels[0].append(())
    seen = {}
    more = False  # whether there are schedules that cost more than the bound
    for cost, todo in enumerate(levels):
        enough = schedules
        while todo and result.tried < enough:
            if time.monotonic() > end:
                return result
            given = todo.popleft()
            path = _Path(given, cost=cost, seen=seen)
            failure = run(path.choose)
            if failure is AGAIN:
                return AGAIN
            result.tried += 1
            result.steady &= path.steady
            if failure is not None and (result.failure is None or failure.length < result.failure.length):
                if result.failure is None:
                    enough = min(enough, result.tried + MORE_AFTER_THE_FIRST)
                result.failure, result.choices, result.cost = failure, tuple(path.taken), cost
                if failure.slow:
                    return result
            for place in range(len(given), len(path.taken)):
                taken, costs = path.taken[place]
                for choice, price in enumerate(costs):
                    if choice != taken and cost + price <= bound:
                        levels[cost + price].append((*path.taken[:place], (choice, costs)))
                    elif choice != taken:
                        more = True
        if result.failure is not None:
            return result
        if todo:
            return result  # too many schedules
        result.proven = cost
    if not more:
        result.proven = math.inf
        return result
    return _walk(run, result, schedules, end, walks, seed)


def _walk(run, result, schedules, end, walks, seed):
    chance = random.Random(seed)
    for _ in range(walks):
        if result.tried >= schedules or time.monotonic() > end:
            break
        path = _Path((), lambda costs: chance.randrange(len(costs)))
        failure = run(path.choose)
        if failure is AGAIN:
            return AGAIN
        result.tried += 1
        result.walks += 1
        if failure is not None:
            result.failure, result.choices = failure, tuple(path.taken)
            result.cost = sum(costs[choice] for choice, costs in path.taken)
            break
    return result
