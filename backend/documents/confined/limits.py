"""What may a process do that reads a stranger's file? Compute for a while, and nothing else."""

import resource

CPU_S = 5
MIB = 1024 * 1024
# A picture of 40 million pixels stands in memory twice while it is turned upright.
MEMORY = {"pdf": 256 * MIB, "image": 512 * MIB}


def confine(memory: int, cpu_s: int = CPU_S) -> None:
    """Bound this process for good: time, memory, no core, no byte to any file."""
    _bound(resource.RLIMIT_CPU, cpu_s)
    _bound(resource.RLIMIT_AS, memory)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, 0)


def shut() -> None:
    """Let no file be opened and no line be called from here on: not one descriptor more.

    The three that remain are the pipes to the process that waits for the answer.
    """
    _bound(resource.RLIMIT_NOFILE, 3)


def _bound(what: int, most: int) -> None:
    resource.setrlimit(what, (most, most))
