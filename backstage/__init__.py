"""What the experiments of the course stand on: processes, a website, a crowd, a broker, a ladder, schedules.

A chapter never names these rooms: it takes what it needs from `helpers`, which stands in front. None of them knows
anything of `helpers`, of exercises or of notebooks, so each can be read, tested and used alone. (Only
`kernel` is about a notebook's kernel, which it keeps from being silenced.)
"""
