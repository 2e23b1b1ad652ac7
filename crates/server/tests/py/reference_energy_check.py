"""Vectors worked by hand for reference_energy.py: `reference_energy.py --self-test`."""

import contextlib
import io
import json
import os
import tempfile
from datetime import datetime, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from reference_energy import DATUM, FINAL, HOUR, START, Stream, WallClock, exact, main

DAY = int(datetime(2020, 6, 1, tzinfo=timezone.utc).timestamp() * 1000)
NOON = DAY + 12 * HOUR


def at(clock):
    """`12:09` or `12:00:30` on the day of the vectors."""
    parts = [int(part) for part in clock.split(":")] + [0]
    return DAY + ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000


def rows(words):
    """`12:09=105` a datum; `R12:20=115/5` a Reset record with its final and its start value."""
    made = []
    for word in words.split():
        clock, _, value = word.partition("=")
        if clock.startswith("R"):
            final, _, start = value.partition("/")
            made.append((at(clock[1:]), FINAL, {"wattHours": Decimal(final)}))
            made.append((at(clock[1:]), START, {"wattHours": Decimal(start)}))
        else:
            made.append((at(clock), DATUM, {"wattHours": Decimal(value)}))
    return made


def every_ten(first, value, count, step=5):
    """`count` datums ten minutes apart, the meter going up by `step`."""
    hour, minute = (int(part) for part in first.split(":"))
    minutes = [hour * 60 + minute + 10 * index for index in range(count)]
    return " ".join(f"{m // 60}:{m % 60:02}={value + step * index}" for index, m in enumerate(minutes))


# name, rows, hour, clock, [difference, start, end]; None where there is no record
HOURS = [
    ("01", "12:00=100 12:10=105 12:20=110 12:30=105 12:40=115 12:50=120 13:00=125", 12, "25", "25 100 125"),
    ("02", every_ten("11:59", 100, 8), 12, "30", "30 100 130"),
    ("03", every_ten("11:59", 100, 5), 12, "19.5", "20 100 120"),
    ("04", every_ten("12:19", 110, 6), 12, "20.5", "20 110 130"),
    ("15", "11:59=100 R12:00=100/10 " + every_ten("12:09", 15, 7), 12, "30.5", "30 10 40"),
    ("16", "11:59=100 12:09=105 12:19=110 R12:20=115/5 " + every_ten("12:29", 10, 5), 12, "35", "35 100 25"),
    ("20", "11:59=100 12:09=105 12:19=110 R12:20=115/5 12:29=10 12:39=15 R12:40=16/200 "
           "12:49=205 12:59=210 13:09=215", 12, "36", "36 100 210"),
    ("24", "R12:20=115/5", 12, "0", "0 115 5"),
    ("25", "R12:20=115/5 R12:40=10/200", 12, "5", "5 115 200"),
    ("every ten minutes, first hour", every_ten("11:55", 1000, 15, 100), 12, "600", "600 1000 1600"),
    ("every ten minutes, second hour", every_ten("11:55", 1000, 15, 100), 13, "600", "600 1600 2200"),
    ("80 minutes without data, before", "11:55=1000 12:05=1100 " + every_ten("13:25", 1900, 5, 100),
     12, "50", "100 1000 1100"),
    ("80 minutes without data, after", "11:55=1000 12:05=1100 " + every_ten("13:25", 1900, 5, 100),
     13, "350", "1100 1100 2200"),
    ("meter swapped, not told", "13:00=1000 13:20=1200 13:40=65 14:00=265", 13, "-735", "-735 1000 265"),
    ("meter swapped, told", "13:00=1000 13:20=1200 R13:30=1300/5 13:40=65 14:00=265", 13, "560", "560 1000 265"),
]
GAP = "12:00=100 12:30=101 16:00=103 16:30=104 17:00=105"
HOURS += [
    ("gap, its first hour", GAP, 12, "1", "1 100 101"),
    ("gap, an hour inside", GAP, 13, None, None),
    ("gap, the hour before its end", GAP, 15, "0", "2 101 103"),
    ("gap, the hour after it", GAP, 16, "2", "2 103 105"),
    ("a datum at the end of an hour, nothing before", "13:00=7", 12, None, None),
]
SLOT_ROWS = "11:59:10=100 12:00:30=105 12:02=110 12:04=115 12:05:10=120 12:07:30=125 12:09:50=130 12:10:30=135"


def equal(name, found, wanted):
    if found != wanted:
        raise SystemExit(f"self-test {name}: found {found}, wanted {wanted}")


def check_hours():
    for name, words, hour, clock, read in HOURS:
        found = Stream(rows(words)).hour(DAY + hour * HOUR, "wattHours")
        wanted = clock and (Decimal(clock), [Decimal(value) for value in read.split()])
        equal(name, found, wanted)


def check_sums():
    """Shares of a step add up to the step, also where an hour edge has no end in decimals."""
    stream = Stream(rows("11:53=0.1 12:00:07=7.7 12:59:59=8.001 13:00:02=11"))
    total = sum(stream.hour(DAY + hour * HOUR, "wattHours")[0] for hour in (11, 12, 13))
    equal("sum of shares", total, Decimal("10.9"))
    halves = [exact(Fraction(number, 2000), 3) for number in (1, 3, -1, -3)]
    equal("half-even", halves, [Decimal(wanted) for wanted in ("0", "0.002", "0", "-0.002")])


def check_slots():
    found = Stream(rows(SLOT_ROWS)).slots("wattHours", 600_000)[NOON]
    equal("sub-hour slot", found * 1000, 28125)


def check_wall_clock():
    clock = WallClock(ZoneInfo("America/Denver"))
    walls = [datetime(2016, 11, 6, 1, minute) for minute in (0, 15, 30, 45, 0, 15, 30, 45)]
    hours = [int(clock.instant(wall).astimezone(timezone.utc).hour) for wall in walls]
    equal("autumn", hours, [7] * 4 + [8] * 4)
    try:
        clock.instant(datetime(2017, 3, 12, 2, 30))
    except ValueError:
        return
    raise SystemExit("self-test spring: a local time that does not exist was taken")


FILE = """when,kilowatts
2016-11-06 00:30:00,1.0
2016-11-06 01:30:00,2.0

2016-11-06 01:30:00,4.0
2016-11-06 02:30:00,6.0
2016-11-06 02:30:00,6.0
2016-11-06 02:30:00,8.0
"""


def check_file():
    """A whole run: local times over the autumn change, a blank line, two repeats, power made into energy."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "meter.csv")
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(FILE)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            main([path, "--time", "when", "--map", "kilowatts=watts:kW", "--derive", "wattHours=watts",
                  "--zone", "America/Denver", "--aggregation", "hour,day,15minute"])
    found = json.loads(printed.getvalue())
    equal("repeats", [found[name] for name in ("lines", "datums", "repeatedEqual", "repeatedDifferent")], [6, 4, 1, 1])
    equal("hours", {key: value["generation"] for key, value in found["aggregations"]["hour"].items()}, {
        "2016-11-06T00:00:00": "750", "2016-11-06T01:00:00": "2250",
        "2016-11-06T01:00:00-07:00": "4500", "2016-11-06T02:00:00": "3000"})
    equal("day", found["aggregations"]["day"], {
        "2016-11-06T00:00:00": {"generation": "10500", "generationReading": "10500"}})
    equal("slots", list(found["aggregations"]["15minute"]), [
        "2016-11-06T00:30:00", "2016-11-06T01:30:00", "2016-11-06T01:30:00-07:00", "2016-11-06T02:30:00"])


def check():
    check_hours()
    check_sums()
    check_slots()
    check_wall_clock()
    check_file()
    print(f"self-test: {len(HOURS)} hours and 5 more checks hold")
