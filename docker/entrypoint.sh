#!/bin/sh
# Which process is this container? One of four roles, which takes the place of this script.
set -eu
cd "$(dirname "$0")/.."

role=${1:-}
[ $# -eq 0 ] || shift

case $role in
web)
    # Counters of an earlier start are not ours. An empty name would mean the current folder.
    if [ -n "${PROMETHEUS_MULTIPROC_DIR:-}" ]; then
        mkdir -p "$PROMETHEUS_MULTIPROC_DIR"
        rm -f "$PROMETHEUS_MULTIPROC_DIR"/*.db
    else
        unset PROMETHEUS_MULTIPROC_DIR
    fi
    exec gunicorn -c docker/gunicorn.conf.py --no-control-socket "$@"
    ;;
worker | migrate | seed)
    # Nobody asks these for metrics.
    unset PROMETHEUS_MULTIPROC_DIR
    exec python -m miniprogram_api.commands "$role" "$@"
    ;;
*)
    echo "start refused: no role '$role'; there are web, worker, migrate and seed" >&2
    exit 64
    ;;
esac
