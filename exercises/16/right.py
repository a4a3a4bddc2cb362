"""Answers to the exercises of chapter 16 that are right, in other styles than the solution's."""

RIGHT = {}
