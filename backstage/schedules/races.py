"""Learns at which instructions a change of threads can matter.

That is where two workers touch the same place, one of them changes it, no lock was held by both, and neither touch
comes before the other for certain, because of a `start` or a `join` between them. Each run looks for such pairs, and
their instructions become points at which the next runs may change threads: what lies between two points commutes with
all that the others do. (Eraser, Savage et al. 1997, and CHESS, Musuvathi et al. 2008, are the ancestors.)
"""

from backstage.schedules import accesses
from backstage.schedules.accesses import ATTRIBUTE, CONTENT, GLOBAL


class Races:
    """What was learned in all runs of one program, and what the present one has touched.

    Attributes
    ----------
    learned : bool
        Whether this run showed something new, so that there are other points from now on.
    releases : bool
        Whether the release of a lock is a point, too: somebody asks for locks without waiting for them.
    """

    def __init__(self):
        self.releases = False
        self._points, self._vague, self._changing, self._anywhere = set(), set(), set(), False
        self._entries, self._tables = {}, {}  # by code: all that it touches; what of it need be looked at

    def begin(self):
        """Begin a run."""
        self.learned = False
        self._notes, self._last, self._keep = {}, {}, []

    def table(self, code):
        """For each instruction that need be looked at: (whether it is a point, its entries, its name)."""
        table = self._tables.get(code)
        if table is None:
            table = self._tables[code] = self._make_table(code)
        return table

    def _make_table(self, code):
        entries = self._entries.get(code)
        if entries is None:
            entries = self._entries[code] = accesses.table_of(code)
            if accesses.is_vague(code):
                self._anywhere = True
            vague = {
                name for each in entries.values() for kind, path, name, _ in each if kind == ATTRIBUTE and not path
            }
            if not vague <= self._vague:
                self._vague |= vague
                self._learn()
        table = {}
        for offset, several in entries.items():
            name = (code.co_filename, code.co_firstlineno, code.co_name, offset)
            kept = [each for each in several if each[3] or each[0] == CONTENT or (each[0], each[2]) in self._changing]
            is_point = name in self._points or (self._anywhere and bool(kept))
            if kept or is_point:
                table[offset] = (is_point, kept, name)
        return table

    def learn_releases(self):
        """Somebody asks for a lock without waiting for it: now it matters how long it is held."""
        if not self.releases:
            self.releases = True
            self._learn()

    def _learn(self):
        self.learned = True
        self._tables = {}

    def touch(self, worker, frame, entries, name, is_point):
        """Note what an instruction touches that the worker is about to run."""
        names = frame.f_locals
        all_names = frame.f_globals
        for entry in tuple(entries):
            kind, path, attribute, writes = entry
            if kind == CONTENT:
                found = accesses.contents(accesses.follow(names, all_names, path))
                if not found:
                    if len(path) == 1 and path[0] not in names and (GLOBAL, path[0]) not in self._changing:
                        entries.remove(entry)  # a module, class or function by a name that nobody changes
                    continue
                touched = [((CONTENT, id(thing)), thing) for thing in found]
            else:
                if writes and (kind, attribute) not in self._changing:
                    self._changing.add((kind, attribute))
                    self._learn()
                touched = accesses.places(names, all_names, kind, path, attribute)
            for place, thing in touched:
                self._note(worker, name, place, thing, kind, writes)
                if is_point:
                    worker.stage.event(worker, "touch", place)

    def _note(self, worker, name, place, thing, kind, writes):
        if kind == ATTRIBUTE and place[-1] in self._vague:
            place = place[-1]
        notes = self._notes.setdefault(place, {})
        note = (worker.number, worker.epoch, worker.holds, name)
        if note not in notes:
            notes[note] = [writes, worker.before]
            self._keep.append(thing)  # so that nothing else gets its identity
        elif writes:
            notes[note][0] = True
        if kind == CONTENT:
            self._compare(place, thing)
            self._last[place] = (note, thing, accesses.snapshot(thing))

    def _compare(self, place, thing):
        """If the content is no longer what it was at the last touch, whoever touched it then has written."""
        if place in self._last:
            note, _, before = self._last[place]
            if before is None or before != accesses.snapshot(thing):
                self._notes[place][note][0] = True

    def end(self):
        """Find the races of this run."""
        for place, (_, thing, _) in self._last.items():
            self._compare(place, thing)
        for notes in self._notes.values():
            if len({note[0] for note in notes}) > 1 and any(writes for writes, _ in notes.values()):
                listed = [(*note, *details) for note, details in notes.items()]
                for number, one in enumerate(listed):
                    for other in listed[number + 1 :]:
                        if not {one[3], other[3]} <= self._points and _race(one, other):
                            self._points |= {one[3], other[3]}
                            self._learn()


def _race(one, other):
    worker, epoch, locks, _, writes, before = one
    worker2, epoch2, locks2, _, writes2, before2 = other
    return (
        worker != worker2
        and (writes or writes2)
        and not any(lock is each for lock in locks for each in locks2)
        and before2.get(worker, -1) < epoch
        and before.get(worker2, -1) < epoch2
    )
