"""Jobs: files to process, one line and one frame task for each."""
