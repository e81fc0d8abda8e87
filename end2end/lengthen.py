"""Copies a conversation into a new one of the same owner with as many messages as asked for, and prints its id.

For measuring only: it writes into the database of a stopped server, taking parts and rendering from the messages
that are there, so that it needs to know nothing of their form.
"""

import os
import sqlite3
import sys
import time


class Ids:
    """UUIDv7s in the order in which they were asked for."""

    def __init__(self) -> None:
        self.millis = int(time.time() * 1000)

    def next(self) -> str:
        self.millis += 1
        bits = bytearray(self.millis.to_bytes(6, "big") + os.urandom(10))
        bits[6] = 0x70 | bits[6] & 0x0F
        bits[8] = 0x80 | bits[8] & 0x3F
        text = bits.hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def insert(db: sqlite3.Connection, table: str, row: dict) -> None:
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values()))


def lengthen(database: str, conversation_id: str, length: int, word: str = "", instead: str = "") -> str:
    db = sqlite3.connect(database)
    db.row_factory = sqlite3.Row
    ids = Ids()
    conversation = dict(db.execute("SELECT * FROM conversations WHERE id = ?", [conversation_id]).fetchone())
    templates = db.execute(
        "SELECT * FROM messages WHERE conversation_id = ? ORDER BY id", [conversation_id]
    ).fetchall()
    conversation |= {"id": ids.next(), "leaf_id": None, "title": f"{length} messages"}
    with db:
        insert(db, "conversations", conversation)
        parent = None
        for at in range(length):
            message = dict(templates[at % len(templates)])
            message |= {"id": ids.next(), "conversation_id": conversation["id"], "parent_id": parent}
            message |= {"submission_id": None}
            if word and parent is None:
                # A question's rendering is none, and has to stay so.
                message |= {name: text and text.replace(word, instead) for name in ("parts", "rendered") if (text := message[name])}
            insert(db, "messages", message)
            parent = message["id"]
        # What nobody told the server of is taken into the search at its next start.
        db.execute("INSERT OR REPLACE INTO search_backfill (one, titles_before, texts_before) VALUES (1, 'z', 'z')")
        db.execute("UPDATE conversations SET leaf_id = ? WHERE id = ?", [parent, conversation["id"]])
    return conversation["id"]


if __name__ == "__main__":
    print(lengthen(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:]))
