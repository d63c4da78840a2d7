"""DuckDB answers questions over weeks from the Parquet files of a lake's newest build.

    python kpis.py LAKE TIME_ZONE CURRENCY

Reads one question a line, {"kpi": "won", "from": "2026-04-20", "to": "2026-10-18", "as_of": "2026-10-25"}, of whole weeks from Monday
to Sunday, and answers one line, {"ms": 12.3, "rows": [["2026-04-20", numerator, denominator, value or null], ...]}.

The SQL follows the catalogue's definitions, not ours. As ours does, it holds small tables in memory; large ones are read from their files.
"""

import glob
import json
import os
import sys
import time
from datetime import date, timedelta

import duckdb

THREADS, MEMORY = 2, "4GB"
HELD_BYTES = 4 << 20
TABLES = ["active_days", "login_starts", "opportunity_history", "person_history"]

WEEKS = """
WITH weeks AS (
    SELECT CAST(monday AS DATE) AS monday, CAST(monday AS DATE) + 6 AS sunday, timezone($zone, monday + INTERVAL 7 DAY) AS end_ts
    FROM (SELECT unnest(generate_series(CAST($from AS DATE), CAST($to AS DATE), INTERVAL 7 DAY)) AS monday)
)
"""

# A person is eligible with an active licence on the week's last day, and active with an event of that basis in the week.
ACTIVE_PEOPLE = (
    WEEKS
    + """, eligible AS (
    SELECT w.monday, p.person_id
    FROM weeks AS w
    JOIN person_history AS p ON p.valid_from <= w.sunday AND (p.valid_to IS NULL OR p.valid_to > w.sunday)
    WHERE p.is_active
),
active AS (
    SELECT DISTINCT CAST(date_trunc('week', local_date) AS DATE) AS monday, person_id
    FROM active_days
    WHERE basis = '{basis}' AND local_date BETWEEN $from AND $to AND first_ts < $before
)
SELECT e.monday, count(a.person_id), count(*), NULL
FROM eligible AS e
LEFT JOIN active AS a USING (monday, person_id)
GROUP BY ALL
ORDER BY ALL
"""
)

LOGINS = """
SELECT CAST(date_trunc('week', local_date) AS DATE) AS monday, count(*), count(DISTINCT person_id), NULL
FROM login_starts
WHERE local_date BETWEEN $from AND $to AND ts < $before
GROUP BY ALL
ORDER BY ALL
"""

# Open at the end of Sunday in the firm's zone; what is in another currency has no amount.
OPEN_PIPELINE = (
    WEEKS
    + """, open AS (
    SELECT valid_from, valid_to, CASE WHEN coalesce(currency, $currency) = $currency THEN amount END AS amount
    FROM opportunity_history
    WHERE status = 'open'
        AND valid_from < (SELECT max(end_ts) FROM weeks)
        AND (valid_to IS NULL OR valid_to >= (SELECT min(end_ts) FROM weeks))
)
SELECT w.monday, count(o.amount), count(*), sum(o.amount)
FROM weeks AS w
JOIN open AS o ON o.valid_from < w.end_ts AND (o.valid_to IS NULL OR o.valid_to >= w.end_ts)
GROUP BY ALL
ORDER BY ALL
"""
)

QUESTIONS = {
    "active_people work": ACTIVE_PEOPLE.format(basis="work"),
    "active_people login": ACTIVE_PEOPLE.format(basis="login"),
    "logins_by_unique_person": LOGINS,
    "open_pipeline amount": OPEN_PIPELINE,
}


def files_of(lake, table, version):
    """The files of a Delta table as of a version, from its log; logs this short have no checkpoint."""
    files = set()
    for commit in range(version + 1):
        with open(f"{lake}/{table}/_delta_log/{commit:020}.json") as log:
            for line in log:
                action = json.loads(line)
                if "add" in action:
                    files.add(action["add"]["path"])
                if "remove" in action:
                    files.discard(action["remove"]["path"])
    return [f"{lake}/{table}/{name}" for name in sorted(files)]


def connect(lake):
    newest = max(glob.glob(f"{lake}/builds/*.json"), key=lambda path: int(os.path.basename(path)[:-5]))
    with open(newest) as file:
        versions = json.load(file)["tables"]
    connection = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY})
    connection.execute("SET TimeZone = 'UTC'")
    for name in TABLES:
        files = files_of(lake, f"models/{name}", versions[f"models/{name}"])
        kind = "TABLE" if sum(map(os.path.getsize, files)) <= HELD_BYTES else "VIEW"
        connection.execute(f"CREATE {kind} {name} AS SELECT * FROM read_parquet({files})")
    return connection


def answer(connection, question, zone, currency):
    sql = QUESTIONS[question["kpi"]]
    # Nothing after the day from which is told; that day ends in the firm's zone.
    ends = date.fromisoformat(question["as_of"]) + timedelta(days=1)
    before = connection.execute("SELECT timezone($zone, CAST($ends AS TIMESTAMP))", {"zone": zone, "ends": ends}).fetchone()[0]
    known = {"from": question["from"], "to": question["to"], "zone": zone, "currency": currency, "before": before}
    known = {name: value for name, value in known.items() if f"${name}" in sql}
    begun = time.perf_counter()
    rows = connection.execute(sql, known).fetchall()
    took_ms = (time.perf_counter() - begun) * 1000
    rows = [[str(monday), numerator, denominator, None if value is None else str(value)] for monday, numerator, denominator, value in rows]
    return {"ms": took_ms, "rows": rows}


def main():
    lake, zone, currency = sys.argv[1:]
    connection = connect(lake)
    for line in sys.stdin:
        print(json.dumps(answer(connection, json.loads(line), zone, currency)), flush=True)


main()
