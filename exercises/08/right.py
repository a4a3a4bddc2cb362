"""Answers to the exercises of chapter 8 that are right, in other styles than the solution's."""

RIGHT = {}
