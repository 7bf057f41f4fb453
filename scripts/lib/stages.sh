# shellcheck shell=bash
# The stages, one function each. The first one that fails ends the check.

go_stages() {
  stage 'gofmt' formatted
  stage 'go vet' go vet -tags figures ./...
  stage 'staticcheck' go tool staticcheck ./...
  stage 'floors' go test -count=1 ./internal/floors
}

formatted() {
  local dir dirs=() list
  for dir in api internal frontend scripts; do
    [ ! -d "$dir" ] || dirs+=("$dir")
  done
  list=$(find "${dirs[@]}" -name node_modules -prune -o -name '*.go' -print0 |
    xargs -0 "$(go env GOROOT)/bin/gofmt" -l)
  [ -z "$list" ] || fail "not gofmt-ed: ${list//$'\n'/ }"
}

# The race detector watches everything but SQLite, which is C turned into Go: a fifth of
# the time.
race_tests() { go test -race -gcflags='modernc.org/...=-race=false -d=checkptr=0' -count=1 "$@"; }

# The tests find the engines in ZIQUE_TEST_MYSQL_DSN and ZIQUE_TEST_REDIS_URL.
internal_tests() { race_tests ./internal/...; }

# Without the race detector, which doubles their time: the packages under them run with it.
# These boot the real program on free ports, on both pairs of engines, and compare
# api/openapi.yaml with what the routes say.
api_tests() { go test -count=1 ./api/...; }

# CI=1: no watching, no prompts, also in a terminal.
in_frontend() (cd frontend && CI=1 "$@")

# The API's tests mostly wait for their programs, and journeys for the browser: both at once.
beside_pid=
api_and_site() {
  local log=$work/site.log failed=0
  site_checks "$1" >"$log" 2>&1 &
  beside_pid=$!
  api_tests || failed=1
  wait "$beside_pid" || failed=1
  beside_pid=
  cat "$log"
  [ "$failed" -eq 0 ] || fail 'the API, the front end or a journey does not hold; see above'
}

# site_checks JOURNEYS: && throughout, since bash forgets set -e where somebody asks how it ended.
site_checks() {
  timed frontend_types && timed frontend_tests && timed frontend_dist && timed frontend_api_types && timed browser_journeys "$1"
}

timed() {
  local began=$SECONDS
  printf '\n-- %s\n' "$1"
  "$@" && printf -- '-- %s: %ds\n' "$1" $((SECONDS - began))
}

frontend_types() { in_frontend npm run --silent typecheck; }

frontend_tests() { in_frontend npm test --silent; }

# frontend/dist is committed because `go run` cannot build it; the same sources must
# give the same bytes.
frontend_dist() {
  in_frontend npx --no-install vite build --logLevel warn --emptyOutDir --outDir "$work/dist" &&
    same_folder frontend/dist "$work/dist" ||
    fail 'frontend/dist is not what its sources build: run npm run build in frontend and commit it'
}

same_folder() {
  local differing
  differing=$(diff -rq "$1" "$2") && return
  printf '%s\n' "${differing//"$work/"/rebuilt }" >&2
  return 1
}

# The typed client is generated in a copy, so that a check never changes the sources.
frontend_api_types() {
  local copy=$work/types
  mkdir -p "$copy/api" "$copy/frontend/src/api" &&
    cp api/openapi.yaml "$copy/api/" &&
    cp frontend/package.json "$copy/frontend/" &&
    ln -s "$root/frontend/node_modules" "$copy/frontend/node_modules" &&
    (cd "$copy/frontend" && npm run --silent api) &&
    diff -u frontend/src/api/schema.d.ts "$copy/frontend/src/api/schema.d.ts" ||
    fail 'frontend/src/api/schema.d.ts is not what api/openapi.yaml gives: run npm run api in frontend'
}

# browser_journeys e2e: a buyer's way from the first page to the order's share and a cooperative's from application to
# admission, on the embedded engines; e2e:all adds slower ways: what cards leave is paid, parcels, refunds, settlements.
browser_journeys() {
  journeys_on embedded "$1" || return
  [ "$1" = e2e ] || journeys_on settling e2e:settling ZIQUE_CLOSE_AFTER=1s
}

# journeys_on NAME SCRIPT [VARIABLE=VALUE…]: afterwards the books of the program's data folder must balance.
journeys_on() {
  local shots=${ZIQUE_SHOTS:-$work/shots}
  mkdir -p "$shots"
  shots=$(cd "$shots" && pwd)
  start_program "$1" "${@:3}"
  if ! in_frontend env BASE_URL="$base_url" OUT_DIR="$shots" npm run --silent "$2"; then
    tail -n 40 "$program_log" >&2
    stop_program
    fail 'the browser test failed; above are the last lines of the program'
  fi
  stop_program
  ZIQUE_DATA=$work/$1/data ZIQUE_MODE=demo "$work/zique" verify
}

# The same binary on the production pair: an empty database of its own, migrated and
# given the demo county, and a set of books that balances.
started_on_servers() {
  local dsn settings
  dsn=$(go run ./scripts/testdb create zique_e2e)
  settings=("ZIQUE_MYSQL_DSN=$dsn" "ZIQUE_REDIS_URL=$ZIQUE_TEST_REDIS_URL" ZIQUE_MODE=demo)
  start_program servers "${settings[@]}"
  env "${settings[@]}" "ZIQUE_DATA=$work/servers/data" "$work/zique" verify
  stop_program
  go run ./scripts/testdb drop zique_e2e >/dev/null
}
