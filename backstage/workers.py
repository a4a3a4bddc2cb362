"""Who was at work, and when: a thread's asyncio task, what a greenlet calls itself, and a cut of its time."""

import sys
from bisect import bisect_left


def current_task():
    asyncio = sys.modules.get("asyncio")
    loop = asyncio._get_running_loop() if asyncio else None  # unlike its public sister, costs no exception
    return asyncio.current_task(loop) if loop else None


def describe(each):
    """What a greenlet is, or the name of the function it runs; "" if nothing tells."""
    if type(each).__name__ == "Hub":
        return "hub"
    if each.parent is None:
        return "main"
    function = getattr(each, "_run", None) or getattr(each, "run", None)  # gevent's, greenlet's own
    frame = each.gr_frame
    if function is None and frame is not None:
        while frame.f_back is not None:
            frame = frame.f_back
        return frame.f_code.co_name
    return getattr(function, "__name__", "")


def clip(parts, start, end):
    """Cut sorted (start, end) parts to what lies between start and end."""
    first = max(0, bisect_left(parts, (start, start)) - 1)
    cut = []
    for a, b in parts[first:]:
        if a >= end:
            break
        if b > start:
            cut.append((max(a, start), min(b, end)))
    return cut
