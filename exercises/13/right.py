"""Answers to the exercises of chapter 13 that are right, in other styles than the solution's."""

RIGHT = {}
