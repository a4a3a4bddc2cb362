"""Answers to the exercises of chapter 15 that are right, in other styles than the solution's."""

RIGHT = {}
