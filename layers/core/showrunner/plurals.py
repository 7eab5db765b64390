def count_of(number: int, one: str, many: str = "") -> str:
    """`1 file`, `3 files`, `1,200 files`; `many` for words that do not just take an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
