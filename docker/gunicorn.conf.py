"""How is the API served? Read by gunicorn everywhere, in `make run` as in a container."""

import os

wsgi_app = "wsgi:app"
bind = f"0.0.0.0:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_WORKERS") or 2)
worker_class = "gthread"
threads = 4
timeout = 30
graceful_timeout = 30
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
limit_request_line = 4094
limit_request_fields = 64
forwarded_allow_ips = "127.0.0.1"
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None
# Nobody steers a worker through a socket in the home folder.
control_socket_disable = True
errorlog = "-"
loglevel = "warning"


def child_exit(server, worker):  # noqa: D103 - the name is gunicorn's
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
