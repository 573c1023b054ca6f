# shellcheck shell=bash
# Private MariaDB and MySQL 9.7 servers on 127.0.0.1, for development and tests. Sourced by ./dev.
#
# Each server lives in a folder of its own: pid, port, url, password, log, and its data. Only a process that was started
# from that folder is ever ended. Both run with the settings for durability that production needs: MariaDB's are not
# its defaults, MySQL's are.

readonly KINDS="mariadb mysql"
readonly START_SECONDS=120

# Why there is no MySQL 9.7, set by mysql_fetch.
MYSQL_MISSING_REASON=

# --- MySQL 9.7: Debian 12 has none, so it is taken from Debian's sid into a folder and run there with chroot ---

mysql_root() { printf '%s\n' "$CACHE_DIR/mysql-sid"; }

# The mirror that this machine's apt uses for its own release.
debian_mirror() {
  local codename
  codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
  # shellcheck disable=SC2016 # apt fills in the variable
  apt-get indextargets --format '$(REPO_URI)' "Codename: $codename" "Created-By: Packages" | head -n 1
}

# Fetches MySQL 9.7 unless it is there. Returns 1 with MYSQL_MISSING_REASON where it cannot be had.
mysql_fetch() {
  local root new log mirror
  root=$(mysql_root)
  if [[ $(id -u) != 0 ]]; then
    MYSQL_MISSING_REASON="MySQL 9.7 runs in a chroot, and that needs root"
    return 1
  fi
  if [[ -e $root/complete ]]; then return 0; fi
  mirror=$(debian_mirror)
  if [[ -z $mirror ]]; then
    MYSQL_MISSING_REASON="apt knows no mirror to fetch MySQL 9.7 from"
    return 1
  fi
  say "fetching MySQL 9.7 (640 MB, once)"
  mkdir -p "$CACHE_DIR"
  # Into a folder beside, so that one that was interrupted is never taken for a whole one.
  new=$(mktemp -d "$CACHE_DIR/mysql-sid.XXXXXX")
  log=$BUILD_DIR/mysql-fetch.log
  mkdir -p "$BUILD_DIR"
  if ! debootstrap --variant=minbase --include=mysql-server-core,mysql-client-core sid "$new" "$mirror" >"$log" 2>&1; then
    rm -rf --one-file-system "$new"
    MYSQL_MISSING_REASON="debootstrap could not fetch it; its last line: $(tail -n 1 "$log")"
    return 1
  fi
  if [[ ! -x $new/usr/sbin/mysqld ]]; then
    rm -rf --one-file-system "$new"
    MYSQL_MISSING_REASON="the fetched packages hold no mysqld: see $log"
    return 1
  fi
  chmod 755 "$new"
  touch "$new/complete"
  # Another run may have been quicker; then its copy stays.
  if ! mv -T "$new" "$root"; then rm -rf --one-file-system "$new"; fi
}

# --- Servers ---

free_port() {
  /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# The pid of the server of a folder, if it runs: alive, and started with this folder's mark (pids are used again).
db_pid() {
  local dir=$1 pid
  if [[ ! -e $dir/pid ]]; then return 1; fi
  pid=$(<"$dir/pid")
  if ! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$(db_mark "$dir")"; then return 1; fi
  printf '%s\n' "$pid"
}

# What marks a server's command line as this folder's: its data directory.
db_mark() { printf -- '--datadir=%s ' "$(<"$1/datadir")"; }

# Starts the server of a kind in a folder, if it does not run, and waits until it answers. Data that is there is kept.
db_start() {
  local kind=$1 dir=$2
  if db_pid "$dir" >/dev/null; then return 0; fi
  mkdir -p "$dir"
  chmod 700 "$dir"
  if [[ ! -e $dir/password ]]; then
    (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$dir/password")
  fi
  free_port >"$dir/port"
  "start_$kind" "$dir"
  db_wait "$kind" "$dir"
  printf 'mysql://root:%s@127.0.0.1:%s/\n' "$(<"$dir/password")" "$(<"$dir/port")" >"$dir/url"
}

# Statements that the server runs at each start: root may log in over TCP with the folder's password.
db_init_sql() {
  local password=$1
  cat <<SQL
CREATE USER IF NOT EXISTS 'root'@'127.0.0.1' IDENTIFIED BY '$password';
ALTER USER 'root'@'127.0.0.1' IDENTIFIED BY '$password';
GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;
SQL
}

# Starts a program in the background, out of reach of the terminal's Ctrl-C, and leaves its pid in the folder.
db_spawn() {
  local dir=$1
  shift
  setsid "$@" >>"$dir/log" 2>&1 </dev/null &
  printf '%s\n' $! >"$dir/pid"
}

start_mariadb() {
  local dir=$1 user=()
  if [[ $(id -u) == 0 ]]; then user=(--user=root); fi
  printf '%s\n' "$dir/data" >"$dir/datadir"
  if [[ ! -e $dir/initialized ]]; then
    rm -rf --one-file-system "$dir/data"
    mariadb-install-db --no-defaults "${user[@]}" --datadir="$dir/data" --skip-test-db \
      --auth-root-authentication-method=normal >"$dir/log" 2>&1 || fail "mariadb-install-db failed: see $dir/log"
    touch "$dir/initialized"
  fi
  db_init_sql "$(<"$dir/password")" >"$dir/init.sql"
  db_spawn "$dir" mariadbd --no-defaults "${user[@]}" --datadir="$dir/data" \
    --bind-address=127.0.0.1 --port="$(<"$dir/port")" --socket="$(socket_path "$dir")" --pid-file="$dir/data/pid" \
    --init-file="$dir/init.sql" --skip-name-resolve --max-connections=500 --innodb-buffer-pool-size=256M \
    --server-id=1 --log-bin=binlog --binlog-format=ROW --sync-binlog=1 --innodb-flush-log-at-trx-commit=1
}

# The paths that MySQL sees are those inside its chroot; its data lies there too.
start_mysql() {
  local dir=$1 root data
  root=$(mysql_root)
  data=/srv/$(path_key "$dir")
  printf '%s\n' "$data" >"$dir/datadir"
  if [[ ! -e $dir/initialized ]]; then
    rm -rf --one-file-system "$root$data"
    mkdir -p "$root$data"
    chroot "$root" /usr/sbin/mysqld --no-defaults --user=root --initialize-insecure --datadir="$data" \
      >"$dir/log" 2>&1 || fail "mysqld --initialize failed: see $dir/log"
    touch "$dir/initialized"
  fi
  db_init_sql "$(<"$dir/password")" >"$root$data.sql"
  db_spawn "$dir" chroot "$root" /usr/sbin/mysqld --no-defaults --user=root --datadir="$data" \
    --bind-address=127.0.0.1 --port="$(<"$dir/port")" --socket="$data/socket" --pid-file="$data/pid" \
    --init-file="$data.sql" --skip-name-resolve --mysqlx=OFF --secure-file-priv= --max-connections=500 \
    --innodb-buffer-pool-size=256M --server-id=1
}

# A short name for a folder, the same at every call.
path_key() { printf 'ipstore-%s\n' "$(printf '%s' "$1" | cksum | cut -d ' ' -f 1)"; }

# A socket's path may have 107 characters, fewer than a folder's may.
socket_path() { printf '%s/%s.sock\n' "${TMPDIR:-/tmp}" "$(path_key "$1")"; }

# One statement to the server of a folder.
db_query() {
  local dir=$1 sql=$2
  MYSQL_PWD=$(<"$dir/password") mariadb --no-defaults --connect-timeout=5 --host=127.0.0.1 --port="$(<"$dir/port")" \
    --user=root --batch --skip-column-names --execute="$sql"
}

db_wait() {
  local kind=$1 dir=$2 deadline=$((SECONDS + START_SECONDS))
  until db_query "$dir" 'SELECT 1' >/dev/null 2>&1; do
    if ! db_child_runs "$dir"; then
      tail -n 15 "$dir/log" >&2
      fail "$kind ended while starting: see $dir/log"
    fi
    if ((SECONDS > deadline)); then
      db_stop "$dir"
      fail "$kind did not answer within $START_SECONDS s: see $dir/log"
    fi
    sleep 0.2
  done
}

# Whether the process that this script has just spawned runs. Its command line is still this script's for a moment.
db_child_runs() {
  local stat
  if ! stat=$(cat "/proc/$(<"$1/pid")/stat" 2>/dev/null); then return 1; fi
  # After the name in brackets comes the state; Z has ended and was not waited for.
  [[ ${stat##*) } != Z* ]]
}

# Ends the server of a folder, if it runs, and waits until it is gone.
db_stop() {
  local dir=$1 pid
  if ! pid=$(db_pid "$dir"); then return 0; fi
  kill -TERM "$pid"
  local deadline=$((SECONDS + START_SECONDS))
  while db_pid "$dir" >/dev/null; do
    if ((SECONDS > deadline)); then
      kill -KILL "$pid"
      deadline=$((SECONDS + START_SECONDS))
    fi
    sleep 0.1
  done
  rm -f "$dir/pid"
}

# Ends the server of a folder and removes all that it had.
db_remove() {
  local kind=$1 dir=$2 data
  if [[ ! -e $dir ]]; then return 0; fi
  db_stop "$dir"
  if [[ $kind == mysql && -e $dir/datadir ]]; then
    data=$(mysql_root)$(<"$dir/datadir")
    rm -rf --one-file-system "$data" "$data.sql"
  fi
  rm -rf --one-file-system "$dir"
}

# --- ./dev mysql ---

dev_database() {
  local action=${1:-status} kind=${2:-}
  case $action in
    start)
      database_start "${kind:-mysql}"
      ;;
    stop)
      for kind in ${kind:-$KINDS}; do
        check_kind "$kind"
        db_stop "$DB_DIR/$kind"
      done
      ;;
    remove)
      for kind in ${kind:-$KINDS}; do
        check_kind "$kind"
        db_remove "$kind" "$DB_DIR/$kind"
      done
      ;;
    status)
      for kind in ${kind:-$KINDS}; do
        check_kind "$kind"
        if db_pid "$DB_DIR/$kind" >/dev/null; then
          printf '%-8s %s  %s\n' "$kind" "$(<"$DB_DIR/$kind/url")" "$(db_query "$DB_DIR/$kind" 'SELECT VERSION()')"
        else
          printf '%-8s stopped\n' "$kind"
        fi
      done
      ;;
    *) fail "unknown: ./dev mysql $action. There are start, stop, remove and status." ;;
  esac
}

check_kind() {
  case " $KINDS " in
    *" $1 "*) ;;
    *) fail "unknown database $1. There are: $KINDS" ;;
  esac
}

database_start() {
  local kind=$1
  check_kind "$kind"
  install_debian_packages
  if [[ $kind == mysql ]] && ! mysql_fetch; then fail "no MySQL 9.7: $MYSQL_MISSING_REASON"; fi
  db_start "$kind" "$DB_DIR/$kind"
  cat "$DB_DIR/$kind/url"
}
