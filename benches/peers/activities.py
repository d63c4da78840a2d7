"""DuckDB does with an export of activities what `uptake load` does with it, and looks into what came out of either.

    python activities.py land FILE.csv FOLDER      typed by TRY_CAST, each Id once, in the order of time, a folder a month
    python activities.py once FILE.csv FOLDER      typed by TRY_CAST, each Id once, as it comes, one file
    python activities.py copy FILE.csv FOLDER      plain COPY: every row, typed, as it comes, one file
    python activities.py look FILES.parquet        [rows, Ids, seconds, created, noted], as JSON

The first three print milliseconds, the interpreter's start not counted. Parquet with zstd each.
"""

import json
import os
import sys
import time

import duckdb

THREADS, MEMORY = 2, "1GB"
CELLS = {
    "Id": "VARCHAR",
    "OwnerId": "VARCHAR",
    "WhatId": "VARCHAR",
    "Subject": "VARCHAR",
    "Note__c": "VARCHAR",
    "ActivityDate": "DATE",
    "Status": "VARCHAR",
    "CallDurationInSeconds": "BIGINT",
    "IsDeleted": "BOOLEAN",
    "TaskSubtype": "VARCHAR",
    "CreatedDate": "TIMESTAMP",
    "SystemModstamp": "TIMESTAMP",
}

how, path, *folder = sys.argv[1:]
connection = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY, "preserve_insertion_order": False})
if how == "look":
    told = connection.execute(
        """
        SELECT
            count(*),
            count(DISTINCT Id),
            sum(CallDurationInSeconds)::BIGINT,
            sum(epoch_us(CreatedDate) // 1000000)::BIGINT,
            sum(strlen(Note__c))::BIGINT
        FROM read_parquet($path)
        WHERE ActivityDate IS NOT NULL
        """,
        {"path": path},
    ).fetchone()
    print(json.dumps(told))
    sys.exit()

out = folder[0]
os.makedirs(out)
connection.execute(f"SET temp_directory = '{out}.tmp'")
texts = {name: "VARCHAR" for name in CELLS}
# A plain TRY_CAST moves into the reader of DuckDB 2.0 as a CAST, which is quicker and ends at the first bad row; ActivityDate has such rows.
read = {name: f"TRY_CAST({name} AS {kind})" for name, kind in CELLS.items() if kind != "VARCHAR"}
read["ActivityDate"] = "TRY_CAST(concat(ActivityDate, '') AS DATE)"
typed = ", ".join(f"{read.get(name, name)} AS {name}" for name in CELLS)
form = "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"'"
rows = f"SELECT {typed} FROM read_csv('{path}', columns = {texts}, {form})"
once = f"SELECT DISTINCT ON (Id) * FROM ({rows})"
landed = f"SELECT *, strftime(CreatedDate, '%Y-%m') AS month FROM ({once}) ORDER BY CreatedDate"
plain, packed = f"'{out}/rows.parquet'", "FORMAT parquet, COMPRESSION zstd"
copy = {
    "land": f"COPY ({landed}) TO '{out}' ({packed}, PARTITION_BY (month), OVERWRITE_OR_IGNORE)",
    "once": f"COPY ({once}) TO {plain} ({packed})",
    "copy": f"COPY ({rows}) TO {plain} ({packed})",
}
begun = time.perf_counter()
connection.execute(copy[how])
print((time.perf_counter() - begun) * 1000)
