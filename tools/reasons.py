"""What readers are told: a table of all right and wrong answers that the tests know, with verdict, reason and hint.

    .venv/bin/python -m tools.reasons              of all exercises
    .venv/bin/python -m tools.reasons 04 06.2      of chapter 4, and of exercise 06.2

An edit is shown by the lines that it changes, an answer that is written out as a whole. Praise and hint of an
exercise stand once, above its answers; an answer that is told another hint shows it. Read it line by line: is each
reason true, does it say what was observed, and does the hint fit?
"""

import argparse
import difflib
import textwrap

from exercises import answers
from exercises.judging import _look_up
from tools.mutate import chosen
from tools.warm import Job, judge_all

WIDTH = 116


def table(names):
    """Judge the answers of some exercises.

    Returns
    -------
    dict of str to list
        For each exercise its answers in their order, each (label, answer shown, exercises.Verdict).
    """
    jobs = {}
    for kind in ("right", "wrong"):
        for name, several in answers.collected(kind).items():
            for number, answer in enumerate(several) if name in names else ():
                jobs[Job(name, answer.source(name) + f"\n# {kind} {number}")] = f"{kind} {number}", answer
    verdicts = {job: verdict for job, verdict, _ in judge_all(jobs)}
    rows = {name: [] for name in names}
    for job, (label, answer) in jobs.items():
        rows[job.name].append((label, shown(job.name, answer), verdicts[job]))
    return rows


def shown(name, answer):
    """An answer's own lines: the changed ones of an edit, else all."""
    new = answer.source(name).strip("\n")
    if not isinstance(answer, answers.Edit):
        return new
    lines = difflib.unified_diff(answers.cell_source(name, "solution").splitlines(), new.splitlines(), n=0, lineterm="")
    return "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))


def printed(rows):
    """Print the table, each exercise below its hint."""
    for name, several in rows.items():
        hint, praise = _look_up(name).hint, _look_up(name).praise
        print(f"\n===== {name}\npraise: {praise}\nhint:   {hint}")
        for label, answer, verdict in several:
            mark = {True: "✔", False: "✘", None: "…"}[verdict.passed if verdict else None]
            said = verdict.reason if verdict else "this answer breaks down before it is judged"
            said = "" if said == praise else said
            if verdict and verdict.hint not in ("", hint):
                said += f"\nhint: {verdict.hint}"
            wrapped = "\n".join(textwrap.fill(line, WIDTH, break_on_hyphens=False) for line in said.splitlines())
            print(f"\n{label}  {mark} {textwrap.indent(wrapped, ' ' * 10).strip()}".rstrip())
            print(textwrap.indent(answer, "    | "))


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("exercises", nargs="*", help="chapters, 04, and exercises, 06.2; all when none is named")
    try:
        names = chosen(ask.parse_args().exercises)
    except ValueError as error:
        ask.error(str(error))
    printed(table(names))


if __name__ == "__main__":
    main()
