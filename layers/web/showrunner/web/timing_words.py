"""How schedules and look-backs read on the page."""

_CRON_DAYS = {
    **dict.fromkeys(("0", "7", "sun"), "Sunday"),
    **dict.fromkeys(("1", "mon"), "Monday"),
    **dict.fromkeys(("2", "tue"), "Tuesday"),
    **dict.fromkeys(("3", "wed"), "Wednesday"),
    **dict.fromkeys(("4", "thu"), "Thursday"),
    **dict.fromkeys(("5", "fri"), "Friday"),
    **dict.fromkeys(("6", "sat"), "Saturday"),
    "1-5": "weekday",
    "mon-fri": "weekday",
}
_CRON_STEPS = {
    "* *": 1,
    "0 *": 60,
    **{f"*/{step} *": step for step in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)},
    **{f"0 */{step}": 60 * step for step in (1, 2, 3, 4, 6, 8, 12)},
}
"""Steps that divide the hour or the day: others start anew with it."""


def every_minutes(minutes: int) -> str:
    """`every 15 minutes`, `every hour`, `every 2 days`."""
    for size, one in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0:
            count = minutes // size
            return f"every {one}" if count == 1 else f"every {count} {one}s"
    raise AssertionError(minutes)


def short_number(value: float) -> str:
    """`1`, `0.25`: no zeros that say nothing."""
    return f"{value:g}"


def hours_words(hours: float | None) -> str:
    """`hour`, `36 hours`, `15 minutes`: how far a job looks back."""
    if hours is None:
        return "while"
    if hours < 1:
        return f"{round(hours * 60)} minutes"
    return "hour" if hours == 1 else f"{round(hours, 1):g} hours"


def cron_words(expression: str) -> str:
    """The usual cron expressions in words; any other one as it is."""
    minute, hour, *days = expression.split()
    if days == ["*", "*", "*"] and (minutes := _CRON_STEPS.get(f"{minute} {hour}")):
        return every_minutes(minutes)
    if not (minute.isdecimal() and hour.isdecimal()) or days[:2] != ["*", "*"]:
        return f"at {expression}"
    time = f"{int(hour):02}:{int(minute):02}"
    if days[2] == "*":
        return f"every day at {time}"
    name = _CRON_DAYS.get(days[2].lower())
    return f"every {name} at {time}" if name else f"at {expression}"
