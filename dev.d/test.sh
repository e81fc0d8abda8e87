# shellcheck shell=bash
# The tests, in the order of what they cost: lint, unit (with integration), sdk, e2e.

run_tests() {
  local group groups=("$@")
  ((${#groups[@]} > 0)) || groups=(lint unit sdk e2e)
  for group in "${groups[@]}"; do
    [[ "$group" =~ ^(lint|unit|sdk|e2e)$ ]] || die "no such group of tests: $group (lint, unit, sdk, e2e)"
  done
  for group in "${groups[@]}"; do "test_$group"; done
  summary
}

# The page's WASM is a build of its own, so everything else is the native workspace.
readonly NATIVE=(--workspace --exclude frontend --locked)
readonly BROWSER=(--package frontend --features hydrate --target wasm32-unknown-unknown --locked)

test_lint() {
  setup_build
  setup_lint
  step "formatting" cargo fmt --all --check
  step "clippy, native" cargo clippy "${NATIVE[@]}" --all-targets -- -D warnings
  step "clippy, WASM" cargo clippy "${BROWSER[@]}" -- -D warnings
  step "rustdoc" env RUSTDOCFLAGS="-D warnings --cfg erase_components" cargo doc "${NATIVE[@]}" --no-deps --document-private-items
  step "unused dependencies" cargo machete --with-metadata
  step "licences, sources and bans" cargo deny --locked check --hide-inclusion-graph bans licenses sources
  if timeout 30 cargo deny fetch db >/dev/null 2>&1; then
    step "advisories" cargo deny check advisories
  else
    note "advisories: skipped, the advisory database can't be reached from here"
  fi
}

# What another database, Redis or a second process could change: words, headers, policies, descriptions and the program's own files are
# the same over each of them, and what is killed chooses its databases itself.
readonly SHARED='package(server) & kind(test) & not test(/^(operation::(assets|configuration|killed|rooms|security_page)|protection::(cross_site|headers|limits|markup|matrix|proxies|redirects)|rest::(docs|matrix|problems))::/)'

test_unit() {
  setup_build
  setup_services
  step "start Postgres and Redis" start_services
  step "unit and integration tests" cargo nextest run --profile "$( [[ -n "${CI:-}" ]] && echo ci || echo default )" "${NATIVE[@]}" --no-fail-fast
  step "the server on Postgres and Redis" env LIANTAI_TEST_ON=shared cargo nextest run --profile "$( [[ -n "${CI:-}" ]] && echo ci || echo default )" "${NATIVE[@]}" --no-fail-fast -E "$SHARED"
  step "examples in the documentation" cargo test "${NATIVE[@]}" --doc
}

test_sdk() {
  setup_build
  setup_services
  setup_sdks
  build_tested
  step "start Postgres and Redis" start_services
  step "official SDKs" "$SDK_VENV/bin/pytest" -q -p no:cacheprovider end2end/sdk
}

test_e2e() {
  setup_build
  setup_browser
  build_tested_page
  build_tested
  step "types of the browser tests" npm --silent --prefix end2end run types
  step "browser tests" npm --silent --prefix end2end test
}

bench_product() {
  step "measure" npm --silent --prefix end2end run bench -- "$@"
}

bench_gateway() {
  step "measure the gateway" python3 end2end/bench/gateway "$@"
}
