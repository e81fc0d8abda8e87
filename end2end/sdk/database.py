"""The databases of the servers under test, and what they say."""

import os
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

# A server on which the tests may make databases; empty where there is none.
POSTGRES = os.environ.get("LIANTAI_TEST_POSTGRES_URL", "")
REDIS = os.environ.get("LIANTAI_TEST_REDIS_URL", "")

Row = dict[str, object]


class Sqlite:
    """A file in a folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "liantai.db"
        self.settings = {"DATABASE__URL": f"sqlite://{self._path}"}

    def query(self, sql: str, *values: object) -> list[Row]:
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=10)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(sql, values)]


class Postgres:
    """A database of its own, and a Redis with names of its own, for several servers."""

    def __init__(self) -> None:
        name = f"liantai_{uuid.uuid4().hex}"
        with psycopg.connect(POSTGRES, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")
        self._url = f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
        self.settings = {"DATABASE__URL": self._url, "REDIS__URL": REDIS, "REDIS__PREFIX": f"{name}:"}

    def query(self, sql: str, *values: object) -> list[Row]:
        with psycopg.connect(self._url, row_factory=dict_row) as database:
            return database.execute(sql.replace("?", "%s"), values).fetchall()
