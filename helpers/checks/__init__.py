"""The checks of all exercises, one module for each chapter: chapter_04 holds those of chapter 4."""
