"""What learners would really get wrong in chapter 15, with a part of what they should be told."""

from exercises.answers import edit, written

WRONG = {}
