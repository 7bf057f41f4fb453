# shellcheck shell=bash
# What the check says: a headline per stage, a table of times, one clear line when it fails.

current_stage=
stage_began=0
stage_table=()

say() { printf '%s\n' "$*"; }

# fail prints one line and ends the script; the exit trap adds the table.
fail() {
  printf 'check: %s\n' "$*" >&2
  exit 1
}

duration() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# stage NAME COMMAND… runs COMMAND; if it fails, `set -e` ends the script there.
stage() {
  current_stage=$1
  stage_began=$SECONDS
  shift
  printf '\n== %s\n' "$current_stage"
  "$@"
  record_stage "$current_stage" ok
  current_stage=
}

record_stage() {
  stage_table+=("$(printf '%-28s %6ds  %s' "$1" $((SECONDS - stage_began)) "$2")")
}

print_table() {
  [ ${#stage_table[@]} -gt 0 ] || return 0
  printf '\n%-28s %7s\n' stage seconds
  printf '%s\n' "${stage_table[@]}"
  printf '%-28s %6ds\n' total "$SECONDS"
}
