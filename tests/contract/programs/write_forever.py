"""Puts two kinds of content under `k` by turns until it is killed: write_forever.py FOLDER."""

import itertools
import sys
from pathlib import Path

from showrunner.adapters.files import FileBlobs

blobs = FileBlobs(Path(sys.argv[1]))
for letter in itertools.cycle(b"AB"):
    blobs.put("k", bytes([letter]) * 2_000_000)
    print("writing", flush=True)
