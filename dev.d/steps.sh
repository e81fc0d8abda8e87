# shellcheck shell=bash
# Steps: each says what it does and how long it took; the first that fails ends the run and is named.

readonly STARTED="${EPOCHREALTIME/[^0-9]/.}"
SUMMARY=()
CURRENT_STEP=""

# What has to be undone at the end, whatever happens: commands, run last first.
ON_EXIT=()

seconds_since() {
  LC_ALL=C awk -v from="$1" -v to="${EPOCHREALTIME/[^0-9]/.}" 'BEGIN { printf "%.1f s", to - from }'
}

# step TITLE COMMAND… — runs a command as a named, timed step.
step() {
  local title="$1" from="${EPOCHREALTIME/[^0-9]/.}"
  shift
  CURRENT_STEP="$title"
  printf '\n▸ %s\n' "$title"
  "$@"
  CURRENT_STEP=""
  SUMMARY+=("$(printf '%10s  %s' "$(seconds_since "$from")" "$title")")
  printf '✓ %s (%s)\n' "$title" "$(seconds_since "$from")"
}

# A step that had nothing to do, or that this machine can't do: said in the summary, so that nobody counts on it.
note() {
  SUMMARY+=("$(printf '%10s  %s' "–" "$1")")
  printf '– %s\n' "$1"
}

summary() {
  printf '\n%s\n' "Summary"
  ((${#SUMMARY[@]} == 0)) || printf '%s\n' "${SUMMARY[@]}"
  printf '%10s  %s\n' "$(seconds_since "$STARTED")" "in all"
}

die() {
  printf '✗ %s\n' "$*" >&2
  exit 1
}

at_exit() {
  local status=$? index
  for ((index = ${#ON_EXIT[@]} - 1; index >= 0; index--)); do
    eval "${ON_EXIT[index]}" || true
  done
  if ((status != 0)) && [[ -n "$CURRENT_STEP" ]]; then
    summary
    printf '\n✗ failed: %s\n' "$CURRENT_STEP" >&2
  fi
  exit "$status"
}
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# answers HOST:PORT PATH — whether an HTTP server there answers 200.
answers() {
  local status=""
  {
    exec 3<>"/dev/tcp/${1%:*}/${1##*:}" &&
      printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3 &&
      read -r -t 2 _ status _ <&3
    exec 3>&-
  } 2>/dev/null || return 1
  [[ "$status" == 200 ]]
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}
