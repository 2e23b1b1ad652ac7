#!/usr/bin/env python3
"""Makes the files that the energy test imports beside the real one.

    make_variants.py fixtures/measurements/serf_east_15min_ac_power.csv FOLDER

Written to FOLDER, each with the columns of the source:

| file | what was done |
| --- | --- |
| gap.csv | six rows in the middle of a summer day taken out |
| double_equal.csv | one line twice |
| double_different.csv | one line again at the end of the file with another value |
| spring_offset.csv, spring_local.csv | all dates moved 200 days on, over the spring change of Denver |
| autumn_offset.csv, autumn_local.csv | all dates moved 90 days on, over the autumn change |

The moved files keep the distance between instants and are written in Denver's own time, with the offset
that holds at each instant or without any; the hour that occurs twice in autumn stands twice, in order.
Printed is one JSON object that says which lines were touched.
"""

import csv
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Denver")
UTC = ZoneInfo("UTC")
GAP_AT, GAP_ROWS = "2016-07-15 12:00:00-07:00", 6
DOUBLED_AT, OTHER_VALUE = "2016-08-03 10:30:00-07:00", "1.25"


def read(path):
    with open(path, newline="", encoding="utf-8") as handle:
        header, *rows = [row for row in csv.reader(handle) if row]
    return header, rows


def write(folder, name, header, rows):
    with open(folder / name, "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows([header, *rows])


def moved(rows, days, with_offset):
    for when, *values in rows:
        instant = datetime.fromisoformat(when).astimezone(UTC) + timedelta(days=days)
        local = instant.astimezone(ZONE)
        shown = local if with_offset else local.replace(tzinfo=None)
        yield [shown.isoformat(sep=" "), *values]


def main(source, folder):
    header, rows = read(source)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    place = {row[0]: index for index, row in enumerate(rows)}
    gap, doubled = place[GAP_AT], place[DOUBLED_AT]
    if rows[doubled][1] == OTHER_VALUE:
        sys.exit(f"{source}: the line at {DOUBLED_AT} already has the value {OTHER_VALUE}")
    write(folder, "gap.csv", header, rows[:gap] + rows[gap + GAP_ROWS:])
    write(folder, "double_equal.csv", header, rows[:doubled + 1] + rows[doubled:])
    write(folder, "double_different.csv", header, rows + [[DOUBLED_AT, OTHER_VALUE]])
    for name, days in (("spring", 200), ("autumn", 90)):
        write(folder, f"{name}_offset.csv", header, moved(rows, days, True))
        write(folder, f"{name}_local.csv", header, moved(rows, days, False))
    print(json.dumps({
        "zone": ZONE.key,
        "rows": len(rows),
        "gapFrom": GAP_AT,
        "gapRows": GAP_ROWS,
        "doubledAt": DOUBLED_AT,
        "valueBefore": rows[doubled][1],
        "valueAfter": OTHER_VALUE,
    }))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
