"""`liantai serve` over a folder of its own, with somebody else's simulator as its Bailian."""

import json
import subprocess
from pathlib import Path

from database import Postgres, Row, Sqlite
from outside import bearer, send
from product import BINARY, Process, eventually

OWNER = "owner@example.com"
PASSWORD = "ink-brush-mountain-42"

# What the gateway shows the simulator: there, its requests are told by it from those that come straight.
UPSTREAM_KEY = "sk-gateway"


class Gateway(Process):
    """The product, ready, with an owner. Settings are named as in `Leptos.toml`: `gateway__keep_alive_s=1`."""

    def __init__(self, folder: Path, upstream: str | None, database: Postgres | None = None, **settings: object) -> None:
        self.database = database or Sqlite(folder)
        # Reading works for the search by meaning makes calls of its own, which nobody who counts calls here has in mind.
        environment = {"SERVER__ADDR": "127.0.0.1:0", "WORKS__EMBEDDING_MODEL": ""} | self.database.settings
        if upstream is not None:
            environment |= {"BAILIAN__BASE_URL": upstream, "BAILIAN__API_KEY": UPSTREAM_KEY}
        environment |= {name.upper(): str(value) for name, value in settings.items()}
        environment = {f"LIANTAI__{name}": value for name, value in environment.items()}
        super().__init__(folder, "serve", environment=environment)
        try:
            self._wait()
            if not self.query("SELECT id FROM users"):
                self.command("user", "add", OWNER, "--name", "Owner", "--role", "owner", said=f"{PASSWORD}\n")
        except BaseException:
            self.kill()
            raise

    def start_again(self) -> None:
        """Begins another life at the same address, over the same data."""
        self.environment["LIANTAI__SERVER__ADDR"] = self.addr
        self._begin()
        self._wait()

    def command(self, *arguments: str, said: str = "") -> str:
        """What `liantai …` prints, beside the running server. Fails when the command does."""
        done = subprocess.run(
            [BINARY, *arguments], cwd=self.folder, env=self.environment, input=said, text=True, capture_output=True
        )
        assert done.returncode == 0, f"liantai {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def key(self, email: str = OWNER) -> str:
        """An API key with all that its owner may do."""
        return self.command("key", "add", email, "--name", "tests").strip()

    def key_of_somebody_else(self) -> str:
        """A key of a member who was not there before."""
        members = self.query("SELECT count(*) AS count FROM users")[0]["count"]
        email = f"member-{members}@example.com"
        self.command("user", "add", email, "--name", "Member", said=f"{PASSWORD}\n")
        return self.key(email)

    def token(self) -> str:
        """An access token of the owner's, of somebody who has just signed in."""
        who = json.dumps({"email": OWNER, "password": PASSWORD, "device": "tests"}).encode()
        entered = send("POST", f"{self.url}/rest/v1/auth/login", who)
        assert entered.status == 200, entered.body
        return entered.json["access_token"]

    def key_with(self, **draft: object) -> str:
        """A key of the owner's with such limits: `models=["qwen-plus"]`."""
        wanted = json.dumps({"name": "tests", "scopes": ["gateway.use"]} | draft).encode()
        made = send("POST", f"{self.url}/rest/v1/me/api-keys", wanted, bearer(self.token()))
        assert made.status == 201, made.body
        return made.json["secret"]

    def query(self, sql: str, *values: object) -> list[Row]:
        """What the database says."""
        return self.database.query(sql, *values)

    def _wait(self) -> None:
        def ready() -> bool:
            return send("GET", f"{self.url}/readyz").status == 200

        eventually(ready, "the server is ready")
