"""What the targets of the Makefile run, for learners, teachers and authors, and what authors run by hand."""
