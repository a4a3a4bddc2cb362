"""What a verdict on an exercise ends with: where to go on. A learner's own tries are remembered."""

from exercises import memory
from exercises.chapters import chapter_of

MANY = 3  # tries without success, after which the solution is mentioned
_GIVEN = {"exercise", "solution"}  # tags of cells that somebody else has written


def conclude(verdict, source):
    """Remember a verdict, if the learner has written what it is about, and say where to go on.

    Parameters
    ----------
    verdict : Verdict
    source : str
        The cell that was run for it, or "".

    Returns
    -------
    str
        A sentence or two, or "".
    """
    problem, own = "", verdict.passed is not None and _is_own(verdict, source)
    if own:
        problem = memory.note(verdict.name, right=verdict.passed)
    sentence = ""
    if verdict.passed:
        sentence = onward(verdict.name)
    elif own and _failed(verdict.name) >= MANY:
        sentence = "Stuck? Sleep on it, or look at the solution."
    return " ".join(filter(None, [sentence, problem]))


def _is_own(verdict, source):
    """Whether a cell is of the learner's making, and not as the course has laid it."""
    chapter = chapter_of(verdict.name)
    given = {cell.source.strip() for cell in chapter.code if _GIVEN & set(cell.tags)} if chapter else set()
    return bool(source) and not verdict.of_solution and source not in given and not source.startswith("# Solution")


def _failed(name):
    """How often an exercise was answered wrongly since it was last solved."""
    count = 0
    for note in memory.notes()[0]:
        if note["name"] == name:
            count = 0 if note.get("right") else count + 1
    return count


def onward(name):
    """Where to go on when an exercise is solved: a sentence."""
    chapter = chapter_of(name)
    names = list(chapter.exercises) if chapter else []
    if name not in names:
        return ""
    if name != names[-1]:
        after = names[names.index(name) + 1]
        return f"Next: exercise {after}, {chapter.exercises[after]}."
    after = following(name[:2])
    return f"Next: chapter {after}." if after else "That was the last exercise of the course."


def following(number):
    """The chapter after the one of this number, or None."""
    return chapter_of(f"{int(number) + 1:02d}")
