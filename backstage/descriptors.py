"""The descriptor limit: how many files and connections this process may hold.

A process begins with a soft limit, often 1,024 and on macOS 256, and may lift it itself as far as the hard limit.
Whoever opens thousands of connections has to, on each side; a child inherits what its parent has lifted.
"""

from contextlib import suppress


def lift_descriptor_limit():
    """Allow this process as many descriptors as the system grants.

    Returns
    -------
    int or None
        How many that is; None where they are not counted.
    """
    try:
        import resource
    except ImportError:
        return None  # Windows
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (hard, max(soft, 10_240)):  # macOS calls the hard limit infinite, refuses it, and grants this
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            break
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
