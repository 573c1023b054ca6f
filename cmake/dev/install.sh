# shellcheck shell=bash
# Installs what is missing: Debian packages by cmake/apt-packages.txt, npm packages by cmake/npm. Sourced by ./dev.

# Prints the packages of the list that this machine still needs.
missing_packages() {
  local package condition
  while read -r package condition _; do
    if [[ -z $package || $package == \#* ]]; then continue; fi
    if [[ $condition == \?* ]] && command -v "${condition#\?}" >/dev/null; then continue; fi
    if [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) != installed ]]; then
      printf '%s\n' "$package"
    fi
  done <"$ROOT/cmake/apt-packages.txt"
}

# Runs a command as root.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root, and there is no sudo: $*"
  fi
}

# Answers beforehand what the packages would ask. Postfix serves tests only: without a configuration it starts no service.
preseed_debconf() {
  local package
  for package in "$@"; do
    if [[ $package == postfix ]]; then
      as_root debconf-set-selections <<<"postfix postfix/main_mailer_type select No configuration"
    fi
  done
}

install_debian_packages() {
  command -v apt-get >/dev/null || fail "apt-get was not found: ./dev installs on Debian 12. What is needed stands in cmake/apt-packages.txt."
  local missing
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} == 0)); then return; fi
  say "installing ${missing[*]}"
  as_root apt-get -qq update
  preseed_debconf "${missing[@]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -qq install --no-install-recommends "${missing[@]}"
}

# The npm packages, exactly as locked, in a folder of the build: $NPM_DIR/node_modules.
install_npm_packages() {
  local lock=$ROOT/cmake/npm/package-lock.json
  if cmp -s "$lock" "$NPM_DIR/installed-lock.json"; then return; fi
  say "installing npm packages"
  mkdir -p "$NPM_DIR"
  cp "$ROOT/cmake/npm/package.json" "$lock" "$ROOT/cmake/npm/.npmrc" "$NPM_DIR/"
  (cd "$NPM_DIR" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$lock" "$NPM_DIR/installed-lock.json"
}

install_all() {
  install_debian_packages
  install_npm_packages
}
