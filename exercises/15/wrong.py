"""What learners would really get wrong in chapter 15, with a part of what they should be told."""

WRONG = {}
