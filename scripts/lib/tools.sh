# shellcheck shell=bash
# The tools that the check needs. Each need_… notes what is missing; install_missing gets
# all of it in one go (Debian, Ubuntu, root) or says what to do; each settle_… then makes
# sure of the version and puts the tool on PATH. Nothing is written into the repository
# but frontend/node_modules.

node_wanted=20.19.0 # the oldest that Vite 8 accepts
node_pinned=20.20.2 # fetched when the machine's own is older or absent
npm_pinned=10.9.9

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/zique-check
missing_packages=()
missing_words=()

have() { command -v "$1" >/dev/null 2>&1; }

# missing 'WORDS FOR A PERSON' PACKAGE…
missing() {
  missing_words+=("$1")
  shift
  missing_packages+=("$@")
}

# at_least HAVE WANTED compares dotted versions.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

first_of() {
  local name
  for name in "$@"; do
    if have "$name"; then
      command -v "$name"
      return
    fi
  done
  return 1
}

need_go() {
  have go || PATH=$PATH:/usr/local/go/bin
  have go || missing "Go $(go_wanted)" golang-go ca-certificates
}

need_compiler() {
  have "${CC:-gcc}" && return
  missing 'gcc and the C headers (the race detector needs them)' gcc libc6-dev
}

need_node() {
  if [ -x "$cache/node-$node_pinned/bin/node" ]; then return; fi
  have node && have npm && return
  missing "Node $node_wanted or newer, with npm" nodejs npm
}

need_chromium() {
  find_chromium >/dev/null && return
  if ! is_ubuntu; then
    missing 'Chromium, or CHROMIUM_PATH naming a Chrome of yours' chromium
  elif [ "$(id -u)" -ne 0 ]; then
    missing 'Google Chrome, or CHROMIUM_PATH naming a Chromium of yours'
  fi
}

is_ubuntu() { grep -qs '^ID=ubuntu' /etc/os-release; }

need_fonts() {
  [ "$(uname -s)" = Linux ] || return 0
  ls -d /usr/share/fonts/*/*/*CJK* /usr/share/fonts/*/*CJK* >/dev/null 2>&1 && return
  if have fc-list && [ -n "$(fc-list :lang=zh family)" ]; then return; fi
  missing 'a font with Chinese characters' fonts-noto-cjk
}

# redis-tools holds the server's binary too, without the service that redis-server would start.
need_engine_binaries() {
  if [ -z "${ZIQUE_TEST_MYSQL_DSN:-}" ] && ! find_mysqld >/dev/null; then
    missing 'mariadbd or mysqld, or ZIQUE_TEST_MYSQL_DSN=user:password@tcp(host:port)/' mariadb-server-core
  fi
  if [ -z "${ZIQUE_TEST_REDIS_URL:-}" ] && ! find_redis >/dev/null; then
    missing 'redis-server, or ZIQUE_TEST_REDIS_URL=redis://host:port/0' redis-tools
  fi
}

install_missing() {
  [ ${#missing_words[@]} -gt 0 ] || return 0
  if ! have apt-get || [ "$(id -u)" -ne 0 ]; then
    say 'This machine lacks:' >&2
    printf '  - %s\n' "${missing_words[@]}" >&2
    if have apt-get; then
      say "Run the check as root, or install it: apt-get install --no-install-recommends ${missing_packages[*]:-}" >&2
    fi
    fail 'install the above and run the check again'
  fi
  say "installing: ${missing_packages[*]}"
  apt_install "${missing_packages[@]}"
}

# apt_install starts no service (policy-rc.d says no while it runs) and removes nothing:
# a machine with another database server keeps it, and the check stops with apt's reason.
apt_install() {
  local policy=/usr/sbin/policy-rc.d log=$work/apt.log ours='' status=0
  if [ ! -e "$policy" ]; then
    ours=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  apt_get install "$@" >"$log" 2>&1 ||
    { apt-get update >>"$log" 2>&1 && apt_get install "$@" >>"$log" 2>&1; } || status=$?
  [ -z "$ours" ] || rm -f "$policy"
  if [ "$status" -ne 0 ]; then
    tail -n 20 "$log" >&2
    fail "apt-get could not install: $*"
  fi
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends --no-remove "$@"
}

# --- Go -----------------------------------------------------------------------------

go_wanted() { awk '$1 == "go" { print $2; exit }' go.mod; }

# settle_go leaves a new enough Go alone. Go 1.21 and later fetch the wanted one
# themselves; Debian's builds have that switched off, so it is asked for by name.
settle_go() {
  local wanted own
  wanted=$(go_wanted)
  own=$(cd / && GOTOOLCHAIN=local GOFLAGS='' go env GOVERSION)
  own=${own#go}
  if ! at_least "$own" "$wanted"; then
    say "Go is $own, go.mod wants $wanted: fetching it through the module proxy"
    if at_least "$own" 1.21; then
      export GOTOOLCHAIN=go$wanted
    else
      fetch_go "$wanted"
    fi
  fi
  export GOFLAGS="${GOFLAGS:-} -buildvcs=false"
  go version
}

# fetch_go does for a Go older than 1.21 what newer ones do themselves: download the
# toolchain module (verified like any other), give its commands their execute bits and
# its go.mod files their names back.
fetch_go() {
  local wanted=$1 home=$cache/go-$1 module dir
  if [ ! -x "$home/bin/go" ]; then
    module=golang.org/toolchain@v0.0.1-go$wanted.$(go env GOOS)-$(go env GOARCH)
    dir=$(cd "$work" && GOFLAGS='' go mod download -json "$module" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
    [ -d "$dir" ] || fail "could not download $module"
    mkdir -p "$cache"
    rm -rf "$home.new"
    cp -R "$dir" "$home.new"
    chmod -R u+w "$home.new"
    find "$home.new/bin" "$home.new/pkg/tool" -type f -exec chmod +x {} +
    find "$home.new" -name _go.mod -execdir mv _go.mod go.mod ';'
    mv "$home.new" "$home"
  fi
  export PATH=$home/bin:$PATH
}

# --- Node ---------------------------------------------------------------------------

settle_node() {
  local own=0
  have node && own=$(node --version)
  if ! have npm || ! at_least "${own#v}" "$node_wanted"; then
    fetch_node
  fi
  say "node $(node --version), npm $(npm --version)"
}

# fetch_node takes Node and npm as npm packages: no other download site is needed.
fetch_node() {
  local home=$cache/node-$node_pinned arch
  if [ ! -x "$home/bin/node" ]; then
    case $(uname -s)-$(uname -m) in
      Linux-x86_64) arch=linux-x64 ;;
      Linux-aarch64) arch=linux-arm64 ;;
      *) fail "Node $node_wanted or newer is needed: install it" ;;
    esac
    say "fetching Node $node_pinned"
    rm -rf "$home.new"
    mkdir -p "$home.new/bin"
    (cd / && npm install --silent --no-save --no-audit --no-fund --prefix "$home.new" \
      "node-$arch@$node_pinned" "npm@$npm_pinned")
    ln -s "../node_modules/node-$arch/bin/node" "$home.new/bin/node"
    ln -s ../node_modules/npm/bin/npm-cli.js "$home.new/bin/npm"
    ln -s ../node_modules/npm/bin/npx-cli.js "$home.new/bin/npx"
    mv "$home.new" "$home"
  fi
  export PATH=$home/bin:$PATH
}

# install_packages runs npm ci only when the lock file differs from the last time.
install_packages() {
  local stamp=frontend/node_modules/.zique-lock lock
  lock=$(git hash-object --no-filters frontend/package-lock.json 2>/dev/null || cksum <frontend/package-lock.json)
  lock="$lock node $(node --version)"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ]; then
    say 'frontend/node_modules is up to date'
    return
  fi
  (cd frontend && npm ci --no-audit --no-fund)
  printf '%s\n' "$lock" >"$stamp"
}

# --- Chromium -----------------------------------------------------------------------

# A name on PATH is not enough: Ubuntu's chromium package is a stub that wants snapd.
find_chromium() {
  local name path
  for name in "${CHROMIUM_PATH:-}" chromium chromium-browser google-chrome-stable google-chrome \
    "$cache"/browsers/chromium*/*/headless_shell "$cache"/browsers/chromium*/*/chrome-headless-shell \
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do
    path=$(command -v "$name" 2>/dev/null) || continue
    if "$path" --version >/dev/null 2>&1; then
      printf '%s\n' "$path"
      return
    fi
  done
  return 1
}

# settle_chromium comes after install_packages: on Ubuntu the browser is the one that the
# pinned playwright-core fetches, with its libraries from apt.
settle_chromium() {
  if ! find_chromium >/dev/null && is_ubuntu; then
    say 'fetching Chromium'
    (cd frontend && PLAYWRIGHT_BROWSERS_PATH=$cache/browsers DEBIAN_FRONTEND=noninteractive \
      npx --no-install playwright-core install --with-deps chromium-headless-shell >"$work/chromium.log" 2>&1) ||
      tail -n 20 "$work/chromium.log" >&2
  fi
  CHROMIUM_PATH=$(find_chromium) || fail 'no Chromium that starts: install Chrome or set CHROMIUM_PATH'
  export CHROMIUM_PATH
  say "$("$CHROMIUM_PATH" --version 2>/dev/null)"
}
