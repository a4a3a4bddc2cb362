"""Answers to the exercises of chapter 1 that are right, in other styles than the solution's."""

RIGHT = {}
