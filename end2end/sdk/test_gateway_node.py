"""The `openai` package for Node, whose tests are in `node/`."""

import os
import subprocess
from pathlib import Path

from conftest import Place


def test_node_meets_the_same_through_the_gateway(straight: Place, through: Place) -> None:
    environment = {}
    for name, place in (("STRAIGHT", straight), ("THROUGH", through)):
        environment |= {f"LIANTAI_{name}_ORIGIN": place.origin, f"LIANTAI_{name}_KEY": place.key}
    tests = sorted(Path(__file__).with_name("node").glob("*.test.mjs"))
    done = subprocess.run(
        ["node", "--test", *tests], env=os.environ | environment, text=True, capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
