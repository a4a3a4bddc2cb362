"""A site of baozi pages on this machine, with a latency, links and faults that are known beforehand.

`sitemap` lays the pages out from a seed, `server` is the process that answers for them, and `website` starts that
process and reads its log.
"""

from backstage.website.website import Request, Website

__all__ = ["Request", "Website"]
