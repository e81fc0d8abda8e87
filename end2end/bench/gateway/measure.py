"""What a process costs, as the kernel counts it."""

import os
import re
from pathlib import Path

_TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")


def cpu_us(pid: int) -> float:
    """CPU time in user and kernel mode so far, all threads, in microseconds. The kernel's grain is 10 ms."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    # The second field is the program's name, which may hold spaces; behind it come fields 3 and following.
    fields = stat[stat.rindex(")") + 2 :].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_US


def resident(pid: int) -> int:
    """Memory in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    assert found
    return int(found[1]) * 1024


class Shares:
    """Who used how much of a core, from its making to `taken`."""

    def __init__(self, pids: dict[str, int], clock: float) -> None:
        self._clock = clock
        self._before = {name: (pid, cpu_us(pid)) for name, pid in pids.items()}
        self._client = sum(os.times()[:4])

    def taken(self, clock: float) -> dict[str, float]:
        """Microseconds of CPU by name; `client` is this process and what it waited for, `seconds` the time that passed."""
        used = {name: cpu_us(pid) - before for name, (pid, before) in self._before.items()}
        used["client"] = (sum(os.times()[:4]) - self._client) * 1e6
        return used | {"seconds": clock - self._clock}
