"""The rows of the ledger's parts, of whatever format, with the columns of the present one."""

from collections.abc import Sequence

from showrunner.history.ledger.columns import FORMAT, in_format_2
from showrunner.history.ledger.engine import files
from showrunner.history.ledger.files import PartFiles
from showrunner.history.ledger.manifest import PartFile


def rows_of(parts: Sequence[PartFile], part_files: PartFiles) -> str:
    """
    SQL that stands for a table of the plays in these parts, of which there must be one.

    What files of format 1 do not have follows from what they have. Raises SetupError
    when a part is lost.
    """
    paths = dict(zip(parts, part_files.paths(parts), strict=True))
    present = [path for part, path in paths.items() if part.format >= FORMAT]
    earlier = [path for part, path in paths.items() if part.format < FORMAT]
    sides = [f"FROM {files(present)}"] if present else []
    sides += [in_format_2(f"FROM {files(earlier)}")] if earlier else []
    return f"({' UNION ALL BY NAME '.join(sides)})"
