from collections.abc import Iterator

import pytest

from tests.contract.previews.sources.range_server import RangeServer, serving


@pytest.fixture
def server() -> Iterator[RangeServer]:
    """Serves a megabyte in which every position tells itself."""
    with serving(b"".join(number.to_bytes(4) for number in range(1 << 18))) as running:
        yield running
