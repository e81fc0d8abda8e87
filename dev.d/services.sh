# shellcheck shell=bash
# Postgres and Redis for the tests: on free ports, in a temporary folder, stopped by pid at the end.

SERVICES=""

# Once in a run: several groups of tests need them.
start_services() {
  [[ -z "$SERVICES" ]] || return 0
  SERVICES="$(mktemp -d "${TMPDIR:-/tmp}/liantai-services.XXXXXX")"
  chmod 711 "$SERVICES"
  ON_EXIT+=("rm -rf '$SERVICES'")
  start_postgres
  start_redis
}

# The newest installed server programs; Debian keeps them out of PATH.
postgres_bin() {
  local found=(/usr/lib/postgresql/*/bin/postgres)
  if [[ -x "${found[-1]}" ]]; then
    dirname "${found[-1]}"
  elif have postgres; then
    dirname "$(command -v postgres)"
  fi
}

start_postgres() {
  local bin port data="$SERVICES/postgres" account=()
  bin="$(postgres_bin)"
  port="$(free_port)"
  mkdir "$data"
  if ((EUID == 0)); then
    # Postgres refuses to run as root.
    chown postgres "$data"
    account=(setpriv --reuid=postgres --regid=postgres --init-groups)
  fi
  "${account[@]}" "$bin/initdb" --pgdata="$data/cluster" --username=liantai --auth=trust --encoding=UTF8 \
    --locale=C --no-sync >"$SERVICES/initdb.log"
  # What these tests need is the SQL; what survives a power cut is Postgres's own affair.
  "${account[@]}" "$bin/postgres" -D "$data/cluster" -p "$port" -k "$data" -c listen_addresses=127.0.0.1 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 >"$SERVICES/postgres.log" 2>&1 &
  ON_EXIT+=("kill -INT $! 2>/dev/null && wait $! 2>/dev/null")
  until_ready "Postgres" "$SERVICES/postgres.log" "$bin/pg_isready" --quiet --host=127.0.0.1 --port="$port"
  export LIANTAI_TEST_POSTGRES_URL="postgres://liantai@127.0.0.1:$port/postgres"
}

start_redis() {
  local port
  port="$(free_port)"
  redis-server --bind 127.0.0.1 --port "$port" --dir "$SERVICES" --save '' --appendonly no >"$SERVICES/redis.log" 2>&1 &
  ON_EXIT+=("kill $! 2>/dev/null && wait $! 2>/dev/null")
  until_ready "Redis" "$SERVICES/redis.log" redis-cli -h 127.0.0.1 -p "$port" ping
  export LIANTAI_TEST_REDIS_URL="redis://127.0.0.1:$port"
}

# until_ready NAME LOG COMMAND… — asks until the command succeeds, for at most 20 seconds.
until_ready() {
  local name="$1" log="$2" tries
  shift 2
  for ((tries = 0; tries < 200; tries++)); do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  cat "$log" >&2
  die "$name did not start"
}
