"""What is done and what is due: the map of the course, and the questions that come back."""

from collections import Counter
from datetime import datetime
from numbers import Real

from backstage.asked import shown, whether
from exercises import memory
from exercises.chapters import chapter_of, chapters, link
from exercises.predicting import ask, predictions, shell
from exercises.tries import following
from exercises.verdicts import NoSuchExercise

WAITS = (1, 7)  # days after a wrong guess when the question comes back
AT_ONCE = 5  # questions, for a good day is a short one
OPEN, RIGHT, WRONG = "·", "✔", "✘"


def progress(chapter="", erase=False):
    """Show what you have guessed and solved, of the course or of one chapter.

    Parameters
    ----------
    chapter : str, optional
        Its number, "05".
    erase : bool, optional
        Forget everything that is remembered of you.

    Raises
    ------
    TypeError, ValueError
        If there is no chapter of that number, or `erase` is neither True nor False.
    """
    if whether("erase", erase):
        print(memory.erase())
        return
    told = chapter if isinstance(chapter, (str, Real)) else None  # what else there is may not even be compared
    number = next((each for each in chapters() if told in (each, int(each), str(int(each)))), "")
    if told != "" and not number:
        raise NoSuchExercise(f'there is no chapter {shown(chapter)}: write its number, such as "05".')
    found, problem = memory.notes()
    marks = marks_of(found)
    text, plain = _of_chapter(number, marks) if number else _of_course(marks)
    _show(f"{text}\n\n{problem}".rstrip(), f"{plain}\n{problem}".rstrip())


def marks_of(found):
    """✔ or ✘ for what was tried, by name: the last word on a prediction, and an exercise once solved stays so."""
    marks = {}
    for note in found:
        name, right = note["name"], note.get("right")
        solved = name[-1].isdigit() and marks.get(name) == RIGHT
        if right is not None and not solved:
            marks[name] = RIGHT if right else WRONG
    return marks


def _rows(chapter, marks):
    return [" ".join(marks.get(name, OPEN) for name in names) for names in (chapter.questions, chapter.exercises)]


def _of_course(marks):
    header = ["chapter", "predictions", "exercises"]
    rows = [(chapter, *_rows(chapter, marks)) for chapter in chapters().values()]
    known = [name for chapter in chapters().values() for name in (*chapter.questions, *chapter.exercises)]
    count = Counter((name[-1].isdigit(), marks.get(name, OPEN)) for name in known)
    right, solved = count[False, RIGHT], count[True, RIGHT]
    asked = sum(not name[-1].isdigit() for name in known)
    below = (
        f"{RIGHT} right, {WRONG} not yet, {OPEN} open. So far {right + count[False, WRONG]} of {asked} predictions,"
        f" {right} of them right; {solved} of {len(known) - asked} exercises solved."
    )
    table = [f"| {' | '.join(header)} |", "|---|---|---|"]
    table += [f"| [{chapter}]({link(chapter)}) | {' | '.join(signs)} |" for chapter, *signs in rows]
    cells = [header, *([str(chapter), *signs] for chapter, *signs in rows)]
    first, second = (max(len(row[column]) for row in cells) for column in (0, 1))
    plain = [f"{row[0]:{first}}  {row[1]:{second}}  {row[2]}".rstrip() for row in cells]
    return "\n".join([*table, "", below]), "\n".join([*plain, "", below])


def _of_chapter(number, marks):
    chapter = chapter_of(number)
    right, wrong, unasked = (
        [name[3:] for name in chapter.questions if marks.get(name, OPEN) == mark] for mark in (RIGHT, WRONG, OPEN)
    )
    unsolved = [name[3:] for name in chapter.exercises if marks.get(name) != RIGHT]
    said = (
        f"Predictions: {len(right)} of {len(chapter.questions)} right{_list('; wrong: ', wrong)}"
        f"{_list('; not guessed: ', unasked)}. Exercises: {len(chapter.exercises) - len(unsolved)} of"
        f" {len(chapter.exercises)} solved{_list('; open: ', unsolved)}."
    )
    after = following(number)
    if not after:
        return f"{said}\n\nThis was the last chapter.", f"{said}\nThis was the last chapter."
    return f"{said}\n\nNext: [{after}]({link(after)})", f"{said}\nNext: {after}"


def _list(before, letters):
    return before + ", ".join(letters) if letters else ""


# -- what comes back --------------------------------------------------------------------------------------------------


def due(found, today):
    """Names of predictions to ask again on this day: those guessed wrong, after one day, and if right after seven."""
    wrong = {}  # by name, the day of the last wrong guess and how often it was right since, when it was due
    for note in found:
        name, right, day = note["name"], note.get("right"), note["when"].date()
        if name not in predictions() or right is None:
            continue
        if not right:
            wrong[name] = (day, 0)
        elif name in wrong and _is_due(*wrong[name], day):
            wrong[name] = (wrong[name][0], wrong[name][1] + 1)
    return [name for name, state in wrong.items() if _is_due(*state, today)]


def _is_due(day, times, today):
    return times < len(WAITS) and (today - day).days >= WAITS[times]


def ask_again():
    """Ask again what you have guessed wrong: after a day, and after a week."""
    found, problem = memory.notes()
    names = due(found, datetime.now().astimezone().date())
    if problem:
        print(problem)
    if not names:
        print("Nothing to ask again today. What you guess wrong comes back here after a day, and after a week.")
    for name in names[:AT_ONCE]:
        chapter = chapter_of(name)
        question = chapter and chapter.questions.get(name)
        if question:
            where = f"**{name}**, from [{chapter}]({link(chapter, question.section)})"
            _show(f"{where}\n\n{question.text}", f"{name}, from {chapter}\n\n{question.text}")
            ask(name, over=True).show(f'Your guess? Click a, b or c; or run predict("{name}", "b").')
    if len(names) > AT_ONCE:
        print(f"{len(names) - AT_ONCE} more wait; run this cell again when these are answered.")


def _show(markdown, plain):
    if not shell():
        print(plain)
        return
    from IPython.display import display

    display({"text/markdown": markdown, "text/plain": plain}, raw=True)
