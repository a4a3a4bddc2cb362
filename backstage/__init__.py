"""What the experiments of the course stand on: processes, a website, a crowd, a broker, a ladder, schedules.

A chapter never names these rooms: it takes what it needs from `helpers`, which stands in front. None of them imports
`helpers` or exercises, so each can be read, tested and used alone. `kernel` and `settings` keep a notebook's kernel in
order; what `live`, `pages`, `pictures`, `by_hand` and the brokers show in one, they print or leave out elsewhere.
"""
