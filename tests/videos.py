"""Real encoded videos for the end-to-end tests."""

import tempfile
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np


def make_video(path: Path, *, seconds: int, width: int = 320, height: int = 180) -> Path:
    """H.264 in the container that the name asks for, one key frame a second, brighter by time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_encoded(path.suffix, seconds, width, height))
    return path


@cache
def _encoded(suffix: str, seconds: int, width: int, height: int) -> bytes:
    """Encoded once in a run: half an hour of film takes seconds."""
    rate = 2
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        with av.open(file.name, "w") as container:
            stream = container.add_stream("libx264", rate=rate)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.time_base = Fraction(1, rate)
            stream.options = {"preset": "ultrafast", "g": str(rate), "sc_threshold": "0"}
            picture = np.full((height * 3 // 2, width), 128, dtype=np.uint8)  # colours: none
            for number in range(seconds * rate):
                picture[:height] = 35 + 170 * number // (seconds * rate)
                frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return Path(file.name).read_bytes()
