"""Run the stand-in by itself: `python -m backend.wechat.simulator --port 8100`."""

import argparse
import signal
import threading

from backend.wechat.simulator.server import Simulator
from backend.wechat.simulator.world import APPID, SECRET


def main() -> None:
    """Listen until SIGTERM or SIGINT, after printing one line with the address."""
    options = argparse.ArgumentParser(prog="python -m backend.wechat.simulator")
    options.add_argument("--port", type=int, default=0, help="0 takes any free port")
    options.add_argument("--appid", default=APPID)
    options.add_argument("--secret", default=SECRET)
    options.add_argument("--callback", default="", help="the address to push events to")
    chosen = options.parse_args()
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    with Simulator(chosen.port, chosen.appid, chosen.secret) as simulator:
        simulator.pushes.wish(address=chosen.callback)
        print(f"WeChat stand-in listening on {simulator.url}", flush=True)
        told_to_stop.wait()


if __name__ == "__main__":
    main()
