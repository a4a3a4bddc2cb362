"""What learners would really get wrong in chapter 16, with a part of what they should be told."""

WRONG = {}
