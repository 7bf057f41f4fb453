# shellcheck shell=bash
# Private engines: one MariaDB (or MySQL) and one Redis (or Valkey), reachable on loopback
# only, with their data under $work. Durability is off unless asked for: the data dies with the run.

mysql_flush=0 # 1: as in production, for measuring
mysql_root= # a folder with a Debian that has MySQL; empty: this machine's server is used
mysql_pid=
redis_pid=

find_mysqld() {
  if [ -n "$mysql_root" ]; then
    printf '%s\n' "$work/real-mysqld"
  else
    PATH=$PATH:/usr/sbin:/usr/local/sbin first_of mariadbd mysqld
  fi
}
find_redis() { first_of redis-server valkey-server redis-check-rdb; }

# leash ties a server's life to this script's, so that even kill -9 leaves none behind.
leash() {
  if setpriv --pdeathsig TERM true 2>/dev/null; then
    exec setpriv --pdeathsig TERM "$@"
  fi
  exec "$@"
}

start_engines() {
  if [ -z "${ZIQUE_TEST_MYSQL_DSN:-}" ]; then
    start_mysql
  fi
  if [ -z "${ZIQUE_TEST_REDIS_URL:-}" ]; then
    start_redis
  fi
  export ZIQUE_TEST_MYSQL_DSN ZIQUE_TEST_REDIS_URL
}

stop_engines() {
  stop_process "$redis_pid"
  stop_process "$mysql_pid"
  redis_pid='' mysql_pid=''
}

# free_port prints a loopback port on which nothing answers, below the range that the
# system hands out itself. Somebody may still take it first: who uses it tries again.
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); do
    answers "$port" || break
  done
  printf '%s\n' "$port"
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# wait_until_ready LOG PID SECONDS waits for the line that says so: a server listens
# earlier than it serves. It fails when the process ends or the time is over.
wait_until_ready() {
  local deadline=$((SECONDS + $3))
  until grep -qi 'ready \(for\|to accept\) connections' "$1"; do
    kill -0 "$2" 2>/dev/null || return 1
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.1
  done
}

# stop_process PID asks politely, waits up to 20 s, then insists.
stop_process() {
  local pid=$1 tries=0
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || return 0
  while kill -0 "$pid" 2>/dev/null && [ "$tries" -lt 200 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

# stop_tree PID stops a process and all that it started.
stop_tree() {
  local child
  [ -n "$1" ] || return 0
  for child in $(ps -o pid= --ppid "$1" 2>/dev/null); do stop_tree "$child"; done
  kill "$1" 2>/dev/null || true
}

# --- database -----------------------------------------------------------------------

start_mysql() {
  local mysqld home=$work/mysql password port try
  mysqld=$(find_mysqld)
  mkdir -p "$home/data"
  mysql_flags=(--no-defaults "--datadir=$home/data" "--tmpdir=$home")
  [ "$(id -u)" -ne 0 ] || mysql_flags+=(--user=root)
  create_system_tables "$mysqld" "$home" >"$home/install.log" 2>&1 ||
    { cat "$home/install.log" >&2; fail "$mysqld could not create its system tables"; }

  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  write_test_user "$password" >"$home/init.sql"
  mysql_flags+=("--init-file=$home/init.sql" "--socket=$home/s" "--pid-file=$home/pid"
    --bind-address=127.0.0.1 --skip-name-resolve --character-set-server=utf8mb4
    "--innodb-flush-log-at-trx-commit=$mysql_flush" --innodb-buffer-pool-size=256M
    --max-connections=500 --default-time-zone=+00:00)
  is_mariadb "$mysqld" || mysql_flags+=(--mysqlx=OFF --disable-log-bin "--secure-file-priv=$home")

  for try in 1 2 3 4 5; do
    port=$(free_port)
    leash "$mysqld" "${mysql_flags[@]}" "--port=$port" >"$home/error.log" 2>&1 </dev/null &
    mysql_pid=$!
    if wait_until_ready "$home/error.log" "$mysql_pid" 60; then
      ZIQUE_TEST_MYSQL_DSN="zique:$password@tcp(127.0.0.1:$port)/"
      say "database: $("$mysqld" --no-defaults --version | sed 's/.*Ver //') on port $port"
      return
    fi
    stop_process "$mysql_pid"
    mysql_pid=
  done
  tail -n 30 "$home/error.log" >&2
  fail "$mysqld did not start ($try tries)"
}

is_mariadb() { "$1" --no-defaults --version | grep -qi mariadb; }

# create_system_tables feeds MariaDB its own SQL files: the distribution's installer for
# that wants my_print_defaults, which comes with a package of clients only.
create_system_tables() {
  local mysqld=$1 home=$2 share
  if ! is_mariadb "$mysqld"; then
    "$mysqld" "${mysql_flags[@]}" --initialize-insecure
    return
  fi
  share=$("$mysqld" --no-defaults --verbose --help 2>/dev/null | awk '$1 == "character-sets-dir" { print $2 }')
  share=$(dirname "$share")
  printf '%s\n' 'create database mysql;' 'use mysql;' 'set @auth_root_socket = null;' >"$home/system.sql" &&
    cat "$share"/*_system_tables.sql "$share"/*_performance_tables.sql "$share"/*_system_tables_data.sql \
      >>"$home/system.sql" &&
  "$mysqld" "${mysql_flags[@]}" --bootstrap --max-allowed-packet=16M --log-warnings=0 <"$home/system.sql"
}

# The tests' user owns the databases that the tests make, and nothing else: what works
# here needs no more rights in production. It makes users, since one test is that an
# account with fewer rights is enough. (\_ because _ is a wildcard in a grant.)
write_test_user() {
  cat <<SQL
CREATE USER 'zique'@'127.0.0.1' IDENTIFIED BY '$1';
GRANT CREATE USER ON *.* TO 'zique'@'127.0.0.1';
GRANT ALL PRIVILEGES ON \`zique\\_test%\`.* TO 'zique'@'127.0.0.1' WITH GRANT OPTION;
GRANT ALL PRIVILEGES ON \`zique\\_e2e\`.* TO 'zique'@'127.0.0.1';
SQL
}

# --- Oracle's MySQL, of a newer Debian than the machine's ------------------------------

# use_real_mysql lets start_mysql start MySQL, not MariaDB, from a folder that holds a
# minimal Debian sid; it is made once and kept. The server runs in a chroot, in which its
# data has the same path as outside.
use_real_mysql() {
  local kept=$cache/debian-sid mirror
  if [ ! -x "$kept/usr/sbin/mysqld" ]; then
    # shellcheck disable=SC2016 # $(SITE) is apt's
    mirror=$(apt-get indextargets --format '$(SITE)' 'Origin: Debian' 'Label: Debian' | sort -u | head -n 1)
    [ -n "$mirror" ] || fail 'apt knows no Debian mirror to take MySQL from'
    rm -rf "$kept" "$kept.new"
    mkdir -p "$cache"
    debootstrap --variant=minbase --include=mysql-server-core sid "$kept.new" "$mirror" >"$work/debootstrap.log" 2>&1 ||
      { tail -n 20 "$work/debootstrap.log" >&2; fail 'debootstrap could not unpack MySQL'; }
    mv "$kept.new" "$kept"
  fi
  stop_process "$mysql_pid"
  mysql_pid=
  rm -rf "$work/mysql"
  mysql_root=$kept
  mkdir -p "$mysql_root$work/mysql"
  ln -s "$mysql_root$work/mysql" "$work/mysql"
  printf '#!/bin/sh\nexec chroot %q /usr/sbin/mysqld "$@"\n' "$mysql_root" >"$work/real-mysqld"
  chmod +x "$work/real-mysqld"
  unset ZIQUE_TEST_MYSQL_DSN
  start_mysql
  export ZIQUE_TEST_MYSQL_DSN
}

forget_real_mysql() { [ -z "$mysql_root" ] || rm -rf "${mysql_root:?}$work"; }

# --- Redis --------------------------------------------------------------------------

start_redis() {
  local redis home=$work/redis port try
  mkdir -p "$home"
  # One binary, many names: called redis-server, Debian's redis-check-rdb is the server.
  redis=$home/redis-server
  ln -s "$(find_redis)" "$redis"
  for try in 1 2 3 4 5; do
    port=$(free_port)
    leash "$redis" --port "$port" --bind 127.0.0.1 --save '' --appendonly no \
      --dir "$home" --daemonize no >"$home/redis.log" 2>&1 </dev/null &
    redis_pid=$!
    if wait_until_ready "$home/redis.log" "$redis_pid" 20; then
      ZIQUE_TEST_REDIS_URL=redis://127.0.0.1:$port/0
      say "redis: $("$redis" --version | sed 's/ sha=.*//') on port $port"
      return
    fi
    stop_process "$redis_pid"
    redis_pid=
  done
  tail -n 30 "$home/redis.log" >&2
  fail "redis-server did not start ($try tries)"
}
