"""Events of library change, gathered per source until the source is quiet."""
