#!/usr/bin/env bash
# Judges the contract with buf: `cmake/buf-lint.sh BUILD_DIR [lint | breaking AGAINST | image FILE]`
#
#   lint               the rules of protos/buf.yaml (default)
#   breaking AGAINST   nothing that callers rely on has changed since AGAINST, an image made with `image`
#   image FILE         writes the contract to FILE without its comments, as text where it ends in .yaml
#
# Ours imports google/type/*.proto, which buf finds only inside a module or over the network. So it is given a folder
# under BUILD_DIR with both our files and Debian's, and told to judge only ours. Nothing is fetched.
#
# Environment: BUF, the program (default: BUILD_DIR/npm/node_modules/.bin/buf, where ./dev installs it);
# IPSTORE_GOOGLEAPIS_DIR, the folder with google/type (default: Debian's golang-github-gogo-googleapis-dev).

set -euo pipefail

usage() {
  sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

if (($# == 0)); then usage; fi
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$1"
BUILD_DIR=$(cd "$1" && pwd)
shift
BUF=${BUF:-$BUILD_DIR/npm/node_modules/.bin/buf}
GOOGLEAPIS=${IPSTORE_GOOGLEAPIS_DIR:-/usr/share/gocode/src/github.com/gogo/googleapis}
MODULE=$BUILD_DIR/buf-module

# A fresh copy each time, so that a file that was deleted or renamed does not linger.
rm -rf --one-file-system "$MODULE"
mkdir -p "$MODULE/google/type" "$MODULE/google/rpc"
cp "$ROOT/protos/buf.yaml" "$MODULE/"
cp -r "$ROOT/protos/ipstore" "$MODULE/"
cp "$GOOGLEAPIS"/google/type/{date,money}.proto "$MODULE/google/type/"
cp "$GOOGLEAPIS"/google/rpc/status.proto "$MODULE/google/rpc/"

# What buf finds is named as the files here are: protos/ipstore/...
judge() { "$BUF" "$@" 2>&1 | sed 's|^ipstore/|protos/ipstore/|' >&2; }

cd "$MODULE"
case ${1:-lint} in
  lint) judge lint --path ipstore ;;
  breaking)
    if (($# != 2)); then usage; fi
    judge breaking --path ipstore --against "$(cd "$OLDPWD" && realpath "$2")"
    ;;
  image)
    if (($# != 2)); then usage; fi
    judge build --path ipstore --exclude-source-info --output "$(cd "$OLDPWD" && realpath "$2")"
    ;;
  *) usage ;;
esac
