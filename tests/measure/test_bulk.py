"""Bulk reads must leave SQLite's locks and its write-ahead log alone."""

import subprocess
import sys
from pathlib import Path

import pytest

READ_AND_WRITE = """
import subprocess, sys
import django
django.setup()
from django.db import connection
from labelling.measure.bulk import snapshot

name = str(connection.settings_dict["NAME"])
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE note (text)")
    cursor.execute("INSERT INTO note VALUES ('before')")
with snapshot() as reader:
    assert reader.integers({"n": "count(*)"}, "note")["n"].tolist() == [1]
# Another process comes and goes. It must not take itself for the last one while this connection is open.
other = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(c.execute('SELECT count(*) FROM note').fetchone()[0]); c.close()"
count = lambda: subprocess.run([sys.executable, "-c", other, name], capture_output=True, text=True, check=True).stdout.strip()
assert count() == "1"
with connection.cursor() as cursor:
    cursor.execute("INSERT INTO note VALUES ('after')")
print("others see", count())
"""


def test_what_is_written_after_a_bulk_read_is_seen_by_other_processes(tmp_path: Path):
    environment = {"WORKBENCH_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "workbench.settings", "PATH": "/usr/bin:/bin"}
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run([sys.executable, "-c", READ_AND_WRITE], env=environment, cwd=root, capture_output=True, text=True)
    assert ran.stdout.strip() == "others see 2", ran.stderr


def test_no_second_copy_of_sqlite_is_in_the_house():
    """The driver that reads SQLite into Arrow brings its own SQLite: see labelling/measure/bulk.py."""
    with pytest.raises(ModuleNotFoundError):
        __import__("adbc_driver_sqlite")
