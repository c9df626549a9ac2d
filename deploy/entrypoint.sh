#!/bin/sh
# What the container runs: the web process, or any other command of `portal`
# (`worker`, `migrate`, `sync`, `doctor`, …). `exec` hands the signals on, so that stopping drains.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-serve}" = serve ]; then
  [ $# -eq 0 ] || shift
  exec portal serve --host 0.0.0.0 --port "${PORT:-3000}" "$@"
fi
exec portal "$@"
