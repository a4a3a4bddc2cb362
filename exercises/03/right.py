"""Answers to the exercises of chapter 3 that are right, in other styles than the solution's."""

RIGHT = {}
