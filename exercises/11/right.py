"""Answers to the exercises of chapter 11 that are right, in other styles than the solution's."""

RIGHT = {}
