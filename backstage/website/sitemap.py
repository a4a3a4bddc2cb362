"""What the pages of `backstage.website` hold, how they are linked and which of them fail: all from a seed.

The good pages form a tree below the first one, each leading to LINKS new ones, so that a crawler which never meets a
fault finds them all. Bad, flaky and closed pages are its leaves, for behind a page that is not fetched nothing is
found. As many links again lead anywhere, so that a crawler meets most pages more than once.
"""

import math
import random
from dataclasses import dataclass

from backstage.asked import shown

LOG_PATH = "/_log"  # beside the pages: where the site tells what it was asked
FILLINGS = ["pork", "chive", "cabbage", "shrimp", "tofu", "mushroom", "lamb", "leek", "pumpkin", "egg"]
LINKS = 3  # how many new pages a page leads to, while there are any; as many links again lead anywhere
SIZE = 2_000  # bytes of a page on average; each has half to one and a half of that
SPECIAL = ("errors", "resets", "endless", "dribbles", "flaky", "moved", "closed")
MOST = {"pages": 100_000, "seed": 2**64, "latency": 86_400, "jitter": 86_400}  # of the others a million
STATUS_FAULTS = ["status 500", "status 502", "status 503"]
ADVICE = [
    "Pleat eighteen times and pinch the top shut.",
    "Let the dough rest until it is twice its size.",
    "Line the steamer with cabbage leaves.",
    "Steam over high heat and do not lift the lid.",
    "Serve with black vinegar and slivers of ginger.",
    "Wait five minutes before you open the steamer.",
]


@dataclass(frozen=True)
class Page:
    """The truth about one page.

    Attributes
    ----------
    path : str
        Where it is on the site, such as "/page/17".
    title, body : str
        What a crawler should find there; `body` is the whole HTML.
    links : tuple of str
        Its links as they are written: paths, some with a fragment, some to pages that have moved, some twice.
    latency : float
        Seconds from a request's arrival to the first byte of the answer.
    fault : str or None
        What is wrong with it: "status 500", "status 502" or "status 503"; "reset" (the connection is reset
        instead of an answer); "endless" (the body never ends); "dribble" (ten bytes of body a second).
    fails : float
        How many requests meet the fault before the page is good: `math.inf` if it never is, 0 without a fault.
    open : bool
        Whether robots.txt allows robots to fetch it.
    """

    path: str
    title: str
    body: str
    links: tuple
    latency: float
    fault: str | None = None
    fails: float = 0
    open: bool = True


def check_plan(plan):
    """Raise ValueError, in a sentence, if these arguments of `Website` make no site."""
    for name, value in plan.items():
        if name in ("latency", "jitter"):
            if type(value) not in (int, float) or not 0 <= value < math.inf:
                raise ValueError(f"{name} must be a number of seconds, at least 0, not {shown(value)}.")
        elif name not in ("crawl_delay", "at_once") or value is not None:
            least = 1 if name in ("pages", "fails_times", "at_once") else 0
            if type(value) is not int or value < least:
                raise ValueError(f"{name} must be a whole number, at least {least}, not {shown(value)}.")
        if value is not None and value > (most := MOST.get(name, 1_000_000)):
            raise ValueError(f"{name} may be {most:,} at most, not {shown(value)}.")
    special = sum(plan[name] for name in SPECIAL)
    if special >= plan["pages"]:
        raise ValueError(f"Of {plan['pages']} pages, {special} cannot be special: the first is always plain.")


def lay_out(plan):
    """Make the pages, and the old paths that lead to some of them.

    Parameters
    ----------
    plan : dict of str to object
        The arguments of `Website` by name.

    Returns
    -------
    list of Page, dict of str to str
        The latter from an old path to that of the page.
    """
    choose = random.Random(plan["seed"])
    count = plan["pages"]
    others = choose.sample(range(1, count), count - 1)

    def take(how_many):
        return [others.pop() for _ in range(how_many)]

    faults = {number: choose.choice(STATUS_FAULTS) for number in take(plan["errors"])}
    for kind, name in [("reset", "resets"), ("endless", "endless"), ("dribble", "dribbles")]:
        faults.update(dict.fromkeys(take(plan[name]), kind))
    flaky = {number: choose.choice(["status 503", "reset"]) for number in take(plan["flaky"])}
    closed = set(take(plan["closed"]))
    leaves = [*faults, *flaky, *closed]  # or a crawler that does not retry would miss what lies behind them
    paths = [f"/kitchen/{number}" if number in closed else f"/page/{number}" for number in range(count)]
    paths[0] = "/"
    moved = {number: f"/old/{number}" for number in others[: plan["moved"]]}

    hub = [0, *others]
    links = {number: [] for number in range(count)}
    for place, number in enumerate(others):
        links[hub[place // LINKS]].append(moved.get(number, paths[number]))
    for number in leaves:
        links[choose.choice(hub)].append(paths[number])
    for number in range(count):
        for other in choose.choices(range(count), k=LINKS):
            links[number].append(paths[other] + choose.choice(["", "#filling"]))
        choose.shuffle(links[number])

    pages = []
    for number, path in enumerate(paths):
        title = f"Baozi guide, page {number}: {choose.choice(FILLINGS)} and {choose.choice(FILLINGS)}"
        fails = math.inf if number in faults else plan["fails_times"] if number in flaky else 0
        pages.append(
            Page(
                path=path,
                title=title,
                body=_write(title, links[number], SIZE * choose.uniform(0.5, 1.5), choose),
                links=tuple(links[number]),
                latency=plan["latency"] + choose.uniform(0, plan["jitter"]),
                fault=faults.get(number) or flaky.get(number),
                fails=fails,
                open=number not in closed,
            )
        )
    return pages, {old: paths[number] for number, old in moved.items()}


def _write(title, links, size, choose):
    """Return HTML of about `size` bytes."""
    items = "\n".join(f'<li><a href="{link}">more baozi</a></li>' for link in links)
    head = f"<!doctype html>\n<html lang=en><title>{title}</title>\n<h1>{title}</h1>\n<ul>\n{items}\n</ul>\n"
    missing = max(0, size - len(head))
    return head + "".join(f"<p>{choose.choice(ADVICE)}</p>\n" for _ in range(round(missing / 50)))
