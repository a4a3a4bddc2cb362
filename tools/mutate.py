"""Which small edits of the solutions do the checks let pass?

    make mutants                          of all exercises
    make mutants ARGS="04 06.2"           of chapter 4, and of exercise 06.2
    make mutants ARGS="--reasons 04.2"    with what is said of each edit that is refused
    make mutants ARGS="--notes 04.2"      edits that pass as notes, whose reasons are left to you

An edit that passes shows a promise that a check does not test, or it makes no difference. The second kind is noted with
its reason in `exercises/NN/equivalent.toml`, by the lines that this tool prints, so that nobody looks twice:

    [["04.2"]]
    why = "both are at hand before the loop begins"
    edit = '''
    -    tickets = count()
    +    tickets = count(1)
    '''

A note that fits no edit any more, or one that is refused, is told: then the solution or the check has changed. (Python
3.10 writes some lines in another way; notes are those of 3.11 and newer.)
The tool fails if less than 97 in 100 of all other edits are refused.
"""

import argparse
import difflib
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass

from exercises import answers, registered
from exercises.predicting import FOLDER, tomllib
from tools.edits import edited, normal
from tools.warm import Job, judge_all

ENOUGH = 0.97
SLOW = 2  # seconds


@dataclass
class Mutant:
    """A solution with one small edit, and what became of it."""

    name: str
    kind: str
    source: str
    edit: str  # a diff without headers
    passed: bool | None = None
    reason: str = ""
    seconds: float = 0


def difference(old, new):
    """The lines that an edit takes away and brings, and one on either side, as a diff without numbers."""
    lines = list(difflib.unified_diff(_lines(old), _lines(new), n=1, lineterm=""))[3:]
    return _without_blanks("\n".join("@@" if line.startswith("@@") else line for line in lines))


def _without_blanks(edit):
    """Editors of text drop spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in edit.splitlines()).strip("\n")


def _lines(source):
    """Lines of a program, and those of a program that it holds as a string."""
    return [each for line in source.splitlines() for each in (line.split("\\n") if len(line) > 120 else [line])]


def mutants(name, source):
    """All small edits of a solution: list of Mutant."""
    original = normal(source)
    return [Mutant(name, kind, text, difference(original, text)) for kind, text in edited(source)]


def judged(all_mutants, time_of):
    """Judge all of them; those whose definition breaks down already are left out.

    Parameters
    ----------
    all_mutants : list of Mutant
    time_of : dict of str to float
        How long the verdict on the solution of each exercise took.
    """
    jobs = {Job(each.name, each.source, limit(time_of[each.name])): each for each in all_mutants}
    for done, (job, verdict, seconds) in enumerate(judge_all(jobs), 1):
        mutant = jobs[job]
        mutant.seconds = seconds
        if verdict:
            mutant.passed, mutant.reason = bool(verdict.passed), verdict.reason
        _show_progress(done, len(jobs))
    return [each for each in all_mutants if each.passed is not None]


def limit(seconds):
    """How long an edit may take whose solution takes so long: many checks wait for five seconds."""
    return round(6 + 10 * seconds, 1)


def _show_progress(done, total):
    if sys.stderr.isatty():
        print(f"\r{done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def noted(chapter):
    """What is noted as making no difference: dict of exercise to dict of edit to reason."""
    path = FOLDER / chapter / "equivalent.toml"
    read = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {name: {_without_blanks(each["edit"]): each["why"] for each in several} for name, several in read.items()}


def report(name, several, notes, *, reasons=False, as_notes=False):
    """Print what became of the edits of one exercise.

    Returns
    -------
    refused, counted, complaints : int
        How many were refused, of how many that make a difference; how many notes are wrong.
    """
    survivors = [each for each in several if each.passed]
    new = [each for each in survivors if each.edit not in notes]
    refused = len(several) - len(survivors)
    equal = len(survivors) - len(new)
    cut_off = [each for each in several if "and was cut off" in each.reason]
    slow = [each.seconds for each in several if each.seconds > SLOW and each not in cut_off]
    print(
        f"{name}  {len(several)} edits: {refused} refused, {equal} equivalent, {len(new)} survived"
        + (f"; {len(cut_off)} cut off" if cut_off else "")
        + (f"; {len(slow)} took over {SLOW} s, at most {max(slow):.1f} s" if slow else "")
    )
    for each in new:
        note = f"\n[['{name}']]\nwhy = \"\"\nedit = '''\n{each.edit}\n'''"
        print(note if as_notes else f"\n  survived ({each.kind})\n{each.edit}")
    passed = {each.edit: each.passed for each in several}
    wrong = [edit for edit in notes if not passed.get(edit)]
    for edit in wrong:
        print(f"\n  noted as equivalent, but {'it is refused' if edit in passed else 'no such edit is made'}\n{edit}")
    for each in several if reasons else ():
        if not each.passed:
            print(f"\n  refused ({each.kind}, {each.seconds:.1f} s): {each.reason}\n{each.edit}")
    if new or wrong or reasons:
        print()
    return refused, refused + len(new), len(wrong)


def chosen(wanted):
    """The exercises of some chapters and exercises, of all when none is named; ValueError if there is no such one."""
    names = sorted(name for name in registered() if name[-1].isdigit())
    for each in wanted:
        if not any(name.startswith(each) for name in names):
            raise ValueError(f"there is no exercise or chapter {each!r}")
    return [name for name in names if not wanted or name.startswith(tuple(wanted))]


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("exercises", nargs="*", help="chapters, 04, and exercises, 06.2; all when none is named")
    ask.add_argument("--reasons", action="store_true", help="print what is said of each edit that is refused")
    ask.add_argument("--notes", action="store_true", help="print edits that pass as notes for equivalent.toml")
    wanted = ask.parse_args()
    try:
        names = chosen(wanted.exercises)
    except ValueError as error:
        ask.error(str(error))
    sources = {name: answers.cell_source(name, "solution") for name in names}
    time_of = {}
    for job, verdict, seconds in judge_all([Job(name, source) for name, source in sources.items()]):
        if verdict and verdict.passed:
            time_of[job.name] = seconds
        else:
            print(f"The solution of {job.name} does not pass: {verdict and verdict.reason}\n")
    failed, names = len(names) > len(time_of), [name for name in names if name in time_of]
    by_name, kinds, left = defaultdict(list), Counter(), Counter()
    for each in judged([each for name in names for each in mutants(name, sources[name])], time_of):
        by_name[each.name].append(each)
    notes = {name: several for chapter in {name[:2] for name in names} for name, several in noted(chapter).items()}
    counts = [
        report(name, by_name[name], notes.get(name, {}), reasons=wanted.reasons, as_notes=wanted.notes)
        for name in names
    ]
    refused, counted, wrong = map(sum, zip(*counts, strict=True)) if counts else (0, 0, 0)
    for each in (each for several in by_name.values() for each in several):
        kinds[each.kind] += 1
        left[each.kind] += each.passed and each.edit not in notes.get(each.name, {})
    print("\nsurvived, of each kind:", ", ".join(f"{kind} {left[kind]}/{kinds[kind]}" for kind in sorted(kinds)))
    print(f"{refused} of {counted} edits that make a difference are refused: {refused / max(1, counted):.1%}")
    sys.exit(failed or wrong > 0 or refused < ENOUGH * counted)


if __name__ == "__main__":
    main()
