"""Answers to the exercises of chapter 6 that are right, in other styles than the solution's."""

RIGHT = {}
