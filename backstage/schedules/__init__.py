"""Runs a small concurrent program under every schedule up to a bound, and finds the shortest one that breaks it.

`search` decides which schedules are tried; it knows nothing of workers. `threads` runs a program of threads under the
schedule that it is told, `greenlets` one of greenlets.
"""
