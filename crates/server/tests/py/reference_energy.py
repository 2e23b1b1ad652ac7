#!/usr/bin/env python3
"""Energy totals of a meter file, computed apart from Gridfolio.

Pure Python: `decimal`, `fractions`, `zoneinfo`. No Gridfolio code, no float anywhere. The tests import a
file by `gridfolio import datums`, ask the API for its totals and compare them with what this prints.

The options mirror the import:

    reference_energy.py FILE… --time measured_on [--time-format iso] --map ac_power=watts:kW \\
        [--derive wattHours=watts] --zone America/Denver --aggregation hour,day,month \\
        [--start 2016-07-01] [--end 2016-08-01]

Printed is one JSON object. `aggregations.<word>.<bucket key>` holds `generation` (the clock result: energy
shared between the hours, nothing across a step of more than an hour) and `generationReading` (the reading
result: differences of the meter, attributed whole), as exact decimal text in Wh. A sub-hour slot has no
reading, and its clock result is rounded to 24 decimal places, for it may be a fraction without an end.

Rules followed: docs/units-and-time.md. `--self-test` checks this script against vectors worked by hand.
"""

import argparse
import bisect
import csv
import json
import sys
from datetime import datetime, timedelta, timezone
from decimal import Context, Decimal, ROUND_HALF_EVEN, localcontext
from fractions import Fraction
from zoneinfo import ZoneInfo

HOUR = 3_600_000
YEAR = 365 * 24 * HOUR
UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DATUM, FINAL, START = 0, 1, 2  # the kinds of a row: a datum, and the two halves of a Reset record
ACCUMULATING = {"wattHours", "wattHoursReverse", "irradianceHours"}
SLOTS = {"5minute": 300_000, "10minute": 600_000, "15minute": 900_000, "30minute": 1_800_000}
UNITS = {
    "": 1, "W": 1, "Wh": 1, "kW": 1000, "kWh": 1000, "MW": 10**6, "MWh": 10**6,
    "W/m2": 1, "W/m²": 1, "Wh/m2": 1, "Wh/m²": 1, "kWh/m2": 1000, "kWh/m²": 1000, "C": 1, "°C": 1,
}


def exact(fraction, places):
    """The fraction rounded half-even to that many decimal places, as an exact Decimal."""
    whole = fraction * 10**places
    floor, rest = divmod(whole.numerator, whole.denominator)
    twice = 2 * rest
    if twice > whole.denominator or (twice == whole.denominator and floor % 2):
        floor += 1
    with localcontext(Context(prec=200)):
        return Decimal(floor).scaleb(-places)


def scale(number):
    return max(0, -number.as_tuple().exponent)


def text(number):
    """Plain decimal text without trailing zeros."""
    shown = format(number, "f")
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown) or "0"


# --- reading a file -------------------------------------------------------------------------------------


class WallClock:
    """Local times of one file, in file order: what occurs twice in autumn is first summer, then winter."""

    def __init__(self, zone):
        self.zone, self.seen = zone, {}

    def instant(self, wall):
        first, second = (wall.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() == second.utcoffset():
            return first
        if first.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None, fold=0) != wall:
            raise ValueError(f"{wall} does not exist in {self.zone.key}")
        before = self.seen.setdefault(wall.date(), [])
        again = wall in before or any(other > wall for other in before)
        before.append(wall)
        return second if again else first


def parse_time(value, form, clock):
    if form == "epoch":
        number = Decimal(value)
        return int(number if abs(number) >= 10**11 else number * 1000)
    if form == "iso":
        when = datetime.fromisoformat(value.replace("Z", "+00:00"))
    else:
        when = datetime.strptime(value, form)
    if when.tzinfo is None:
        when = clock.instant(when)
    return (when - EPOCH) // timedelta(milliseconds=1)


def convert(value, unit):
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value} is not a number")
    if unit in ("F", "°F"):
        return exact((Fraction(number) - 32) * Fraction(5, 9), 6)
    return number * UNITS[unit]


def read_file(path, options, clock):
    """Yields (line number, time in ms, {property: Decimal})."""
    with open(path, newline="", encoding="utf-8-sig") as handle:
        lines = csv.reader(handle)
        header = next(lines)
        place = lambda name: int(name[1:]) - 1 if name.startswith("#") else header.index(name)
        time_at = place(options.time)
        columns = []
        for mapping in options.map:
            column, _, target = mapping.rpartition("=")
            name, _, unit = target.partition(":")
            columns.append((place(column), name, unit))
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            try:
                values = {name: convert(cells[at].strip(), unit) for at, name, unit in columns if cells[at].strip()}
                yield lines.line_num, parse_time(cells[time_at].strip(), options.time_format, clock), values
            except (ValueError, ArithmeticError, IndexError) as problem:
                if not options.skip_bad:
                    sys.exit(f"{path}:{lines.line_num}: {problem or 'not a number'}")


def read_files(options):
    """One datum for each time: what comes later replaces what came before."""
    zone = ZoneInfo(options.import_zone or options.zone)
    datums, counts = {}, {"lines": 0, "repeatedEqual": 0, "repeatedDifferent": 0}
    for path in options.files:
        clock = WallClock(zone)
        for _, at, values in read_file(path, options, clock):
            counts["lines"] += 1
            if at in datums:
                counts["repeatedEqual" if datums[at] == values else "repeatedDifferent"] += 1
            datums[at] = values
    return datums, counts


def derive(datums, target, source):
    """A meter from power: signed trapezoids, nothing over a step of more than an hour, 0.001 Wh a step."""
    before, total = None, Decimal(0)
    for at in sorted(datums):
        watts = datums[at].get(source)
        if watts is None:
            continue
        if before is not None and at - before[0] <= HOUR:
            area = (Fraction(before[1]) + Fraction(watts)) / 2 * (at - before[0]) / HOUR
            total += exact(area, 3)
        datums[at] = {**datums[at], target: total}
        before = at, watts


# --- the arithmetic ------------------------------------------------------------------------------------


class Stream:
    """The rows of one stream in order of (time, kind): datums and, in the self-test, Reset records."""

    def __init__(self, rows):
        self.rows = sorted(rows, key=lambda row: row[:2])
        self.times = [row[0] for row in self.rows]

    def hours(self):
        """Every hour that can have a record."""
        starts = {at // HOUR * HOUR for at in self.times}
        return sorted(starts | {at - HOUR for at in self.times if at % HOUR == 0})

    def slot_rows(self, start, end):
        """The rows that an hour looks at, or None where it has no record."""
        low, high = bisect.bisect_left(self.times, start), bisect.bisect_right(self.times, end)
        inside = self.rows[low:high]
        earlier = (self.rows[index] for index in range(low - 1, -1, -1))
        leading = next((row for row in earlier if carries(row)), None)
        if leading and start - leading[0] > YEAR:
            leading = None
        if not any(at < end or kind for at, kind, _ in inside) and not (inside and leading):
            return None
        if inside and inside[0][0] == start and carries(inside[0]):
            leading = None
        trailing = None
        if high < len(self.rows) and not (inside and inside[-1][0] == end):
            trailing = self.rows[high] if self.times[high] - end <= YEAR else None
        return [row for row in [leading, *inside, trailing] if row]

    def hour(self, start, name):
        """(clock, [difference, first, last]) of one hour, each None where there is nothing."""
        end = start + HOUR
        rows = self.slot_rows(start, end)
        if rows is None:
            return None
        points = [(at, kind, values[name]) for at, kind, values in rows if name in values]
        read = reading(points, start, end)
        clock = sum((share(a, b, start, end) for a, b in zip(points, points[1:])), Decimal(0))
        return (clock if read else None), read

    def slots(self, name, width):
        """Clock energy of sub-hour slots, as fractions; only slots with a datum of their own."""
        points = [(at, kind, values[name]) for at, kind, values in self.rows if name in values]
        totals = {at // width * width: Fraction(0) for at, kind, _ in points if kind == DATUM}
        for (t0, _, v0), (t1, kind, v1) in zip(points, points[1:]):
            if kind == START or t1 == t0 or t1 - t0 > HOUR:
                continue
            first, last, step = t0 // width * width, t1 // width * width, Fraction(v1) - Fraction(v0)
            if first == last:
                totals[first] += step
            else:
                totals[last] += step * (t1 - last) / (t1 - t0)
                totals[first] += step * (last - t0) / (t1 - t0)
        return totals


def carries(row):
    return bool(ACCUMULATING & row[2].keys())


def edge(before, after, at):
    """The meter's value at an hour edge inside a step: interpolated, rounded once, used by both hours."""
    (t0, _, v0), (t1, _, v1) = before, after
    value = Fraction(v0) + (Fraction(v1) - Fraction(v0)) * (at - t0) / (t1 - t0)
    return exact(value, max(scale(v0), scale(v1)) + 12)


def share(before, after, start, end):
    """The part of one step that belongs to the hour [start, end)."""
    (t0, _, v0), (t1, kind, v1) = before, after
    if kind == START or t1 - t0 > HOUR or t1 == t0 or t1 < start:
        return Decimal(0)
    if t0 < start <= t1:
        return v1 - edge(before, after, start)
    if t0 < end < t1:
        return edge(before, after, end) - v0
    return v1 - v0


def reading(points, start, end):
    total, first, last = Decimal(0), None, None
    for index, (at, kind, value) in enumerate(points):
        counted = (at < end and not (at <= start and kind == FINAL)) or (at == end and kind < START)
        if not counted:
            continue
        if index and kind != START:
            total += value - points[index - 1][2]
        first, last = value if first is None else first, value
    return None if first is None else [total, first, last]


# --- buckets -------------------------------------------------------------------------------------------


def key_of(start, zone):
    """Local wall time; the second occurrence of a local time carries its offset."""
    local = (EPOCH + timedelta(milliseconds=start)).astimezone(zone)
    return local.replace(fold=0, tzinfo=None).isoformat() + (local.isoformat()[-6:] if local.fold else "")


def bucket_key(start, word, zone):
    if word in SLOTS or word == "hour":
        return key_of(start, zone)
    local = (EPOCH + timedelta(milliseconds=start)).astimezone(zone)
    first = {"day": {}, "month": {"day": 1}, "year": {"day": 1, "month": 1}}[word]
    opened = datetime(local.year, first.get("month", local.month), first.get("day", local.day), tzinfo=zone)
    return key_of((opened - EPOCH) // timedelta(milliseconds=1), zone)


def aggregate(stream, name, word, zone, start, end):
    buckets = {}
    if word in SLOTS:
        for at, total in sorted(stream.slots(name, SLOTS[word]).items()):
            if start <= at < end:
                buckets[bucket_key(at, word, zone)] = {"generation": text(exact(total, 24))}
        return buckets
    for at in stream.hours():
        found = stream.hour(at, name) if start <= at < end else None
        if found is None:
            continue
        clock, read = found
        bucket = buckets.setdefault(bucket_key(at, word, zone), {})
        for member, part in (("generation", clock), ("generationReading", read and read[0])):
            if part is not None:
                bucket[member] = bucket.get(member, Decimal(0)) + part
    return {key: {name: text(value) for name, value in bucket.items()} for key, bucket in buckets.items() if bucket}


def limit(value, zone, otherwise):
    if value is None:
        return otherwise
    when = datetime.fromisoformat(value.replace("Z", "+00:00"))
    when = when if when.tzinfo else when.replace(tzinfo=zone)
    return (when - EPOCH) // timedelta(milliseconds=1)


def report(options):
    zone = ZoneInfo(options.zone)
    datums, counts = read_files(options)
    if options.derive:
        target, _, source = options.derive.partition("=")
        derive(datums, target, source)
    stream = Stream([(at, DATUM, values) for at, values in datums.items()])
    start, end = limit(options.start, zone, -(10**15)), limit(options.end, zone, 10**15)
    shown = lambda at: (EPOCH + timedelta(milliseconds=at)).isoformat()
    return {
        **counts,
        "datums": len(datums),
        **({"first": shown(stream.times[0]), "last": shown(stream.times[-1])} if datums else {}),
        "zone": options.zone,
        "aggregations": {
            word: aggregate(stream, options.property, word, zone, start, end)
            for word in options.aggregation.split(",")
        },
    }


def main(arguments):
    parser = argparse.ArgumentParser(description="Energy totals of a meter file, computed apart from Gridfolio.")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--time", required=True, help="column name, or #1 for the first column")
    parser.add_argument("--time-format", default="iso", help="iso, epoch or a strptime pattern")
    parser.add_argument("--map", action="append", required=True, metavar="COLUMN=PROPERTY[:UNIT]")
    parser.add_argument("--derive", metavar="wattHours=watts")
    parser.add_argument("--zone", required=True, help="the project's zone")
    parser.add_argument("--import-zone", help="zone of local times in the file (default: --zone)")
    parser.add_argument("--aggregation", default="hour,day,month")
    parser.add_argument("--property", default="wattHours")
    parser.add_argument("--start")
    parser.add_argument("--end")
    parser.add_argument("--skip-bad", action="store_true")
    with localcontext(Context(prec=120, rounding=ROUND_HALF_EVEN)):
        print(json.dumps(report(parser.parse_args(arguments)), indent=1))


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        from reference_energy_check import check

        check()
    else:
        main(sys.argv[1:])
