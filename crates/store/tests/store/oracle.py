"""Due dates by a calendar that nobody here wrote: a line "unit start n" in, a day out."""
import calendar
import sys
from bisect import bisect_right
from datetime import date, datetime, timedelta, timezone

from chinese_calendar import get_workdays

CHINA = timezone(timedelta(hours=8))
WORKING = get_workdays(date(2024, 1, 1), date(2026, 12, 31))


def months_later(day, n):
    years, month = divmod(day.month - 1 + n, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return day.replace(year=day.year + years, month=month + 1, day=min(day.day, last))


def due(unit, start, n):
    day = datetime.fromtimestamp(start, CHINA).date()
    if unit == "months":
        return months_later(day, n)
    if unit == "calendar_days":
        return day + timedelta(days=n)
    return WORKING[bisect_right(WORKING, day) + n - 1] if n > 0 else day


for line in sys.stdin:
    unit, start, n = line.split()
    print(due(unit, int(start), int(n)))
