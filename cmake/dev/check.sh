# shellcheck shell=bash
# What is checked without running the programs. Sourced by ./dev. Every check runs; the names of those that failed
# come last.

CODE_FOLDERS=(domain server client tests)

# Our C++ files, one a line.
code_files() {
  local folder
  for folder in "${CODE_FOLDERS[@]}"; do
    if [[ -d $ROOT/$folder ]]; then find "$ROOT/$folder" -name '*.cc' -o -name '*.h'; fi
  done
}

check_format() { code_files | xargs -r clang-format-14 --dry-run -Werror; }

dev_format() {
  install_debian_packages
  code_files | xargs -r clang-format-14 -i
}

check_layering() {
  /usr/bin/python3 "$ROOT/cmake/layering.py" --self-test && /usr/bin/python3 "$ROOT/cmake/layering.py" "$ROOT"
}

check_shell() { (cd "$ROOT" && shellcheck --external-sources dev .ci/run cmake/*.sh cmake/dev/*.sh client/demo/*.sh); }

# The contract that callers hold us to. A text, so that a review sees what a release adds to it.
CONTRACT_BASELINE=$ROOT/protos/baseline.yaml

buf_lint() { bash "$ROOT/cmake/buf-lint.sh" "$BUILD_DIR" "$@"; }

check_protos() {
  local code=0
  buf_lint lint || code=1
  if ! buf_lint breaking "$CONTRACT_BASELINE"; then
    say "what callers rely on has changed since protos/baseline.yaml: see CONTRIBUTING.md, \"change the contract\""
    code=1
  fi
  return "$code"
}

# Makes the contract as it is the one that later changes are judged against.
dev_contract() {
  if [[ ${1:-} != accept || ! ${2:-} =~ ^(--breaking)?$ ]]; then fail "there is: ./dev contract accept [--breaking]"; fi
  install_all
  if [[ ${2:-} == --breaking ]]; then
    buf_lint lint || fail "the contract was not accepted"
  else
    check_protos || fail "the contract was not accepted; --breaking accepts one that breaks callers"
  fi
  buf_lint image "$CONTRACT_BASELINE"
  say "protos/baseline.yaml is now the contract as it is; git diff shows what that adds"
}

# Warnings of a second compiler, and clang-tidy: both speak up in the build that the sanitized tests run on, so that CI
# compiles everything once less. Goes on after an error, so that one run tells all of them.
check_clang() {
  local log=$BUILD_DIR/check-clang.log
  configure asan
  if ! (cd "$ROOT" && cmake --build --preset asan -- -k 0) >"$log" 2>&1; then
    # What ninja tells of its progress and its commands is of no use to the reader; the log keeps it.
    grep -vE '^\[[0-9]+/[0-9]+\]|^(FAILED: |/usr/bin/cmake -E |Error running |Error while processing )|warnings generated' "$log"
    return 1
  fi
}

# With the names of checks, runs just those.
dev_check() {
  if (($# == 0)); then set -- format layering shell protos clang; fi
  install_all
  local check failed=()
  for check in "$@"; do
    say "check: $check"
    if ! ("check_$check"); then failed+=("$check"); fi
  done
  if ((${#failed[@]} > 0)); then fail "these checks failed: ${failed[*]}"; fi
  say "all checks passed: $*"
}
