"""How many files and connections this process may hold."""

from contextlib import suppress


def lift_descriptor_limit():
    """Allow this process as many descriptors as the system grants; return how many, or None where none are counted."""
    try:
        import resource
    except ImportError:
        return None  # Windows
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (hard, 10_240):  # macOS calls the hard limit infinite, refuses it, and grants this
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            break
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
