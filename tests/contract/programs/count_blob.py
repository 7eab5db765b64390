"""Adds one to the number in the blob `counter` so many times: count_blob.py FOLDER TIMES."""

import sys
from pathlib import Path

from showrunner.adapters.files import FileBlobs
from showrunner.errors import ConflictError

blobs = FileBlobs(Path(sys.argv[1]))
left = int(sys.argv[2])
while left:
    blob = blobs.get("counter")
    if blob is None:
        sys.exit("the counter is gone")
    try:
        blobs.put("counter", b"%d" % (int(blob.data) + 1), etag=blob.info.etag)
    except ConflictError:
        continue
    left -= 1
