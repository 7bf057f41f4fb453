# shellcheck shell=bash
# The real program, built once and started the way a user starts it.

program_pid=
base_url=

build_program() {
  go build -o "$work/zique" ./api
  say "$(wc -c <"$work/zique") bytes"
}

# start_program NAME [VARIABLE=VALUE…] starts the binary in demo mode on a free port and
# waits until it is ready. NAME is the folder under $work that holds its data and its log.
start_program() {
  local home=$work/$1 port
  shift
  mkdir -p "$home/data"
  program_log=$home/log
  port=$(free_port)
  base_url=http://127.0.0.1:$port
  (
    cd "$home" || exit
    leash env ZIQUE_ADDR="127.0.0.1:$port" ZIQUE_DATA="$home/data" ZIQUE_MODE=demo "$@" "$work/zique" serve
  ) >"$program_log" 2>&1 </dev/null &
  program_pid=$!
  if ! wait_ready 60; then
    tail -n 40 "$program_log" >&2
    fail "the program ended, or was not ready on $base_url within 60 s; above are its last lines"
  fi
}

wait_ready() {
  local deadline=$((SECONDS + $1))
  until [ "$(http_status "${base_url#http://}" /readyz)" = 200 ]; do
    kill -0 "$program_pid" 2>/dev/null || return 1
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.2
  done
}

# http_status HOST:PORT PATH prints the status of a GET, or nothing when nobody answers.
http_status() {
  (
    exec 3<>"/dev/tcp/${1%:*}/${1#*:}" || exit 0
    printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$2" "$1" >&3
    read -r -t 5 _ status _ <&3 || exit 0
    printf '%s\n' "$status"
  ) 2>/dev/null
}

stop_program() {
  stop_process "$program_pid"
  program_pid=
}
