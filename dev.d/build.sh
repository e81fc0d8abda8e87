# shellcheck shell=bash
# The product: dist/liantai, one file with pages, WASM, styles and migrations inside.

readonly SOURCES=(Cargo.toml Cargo.lock app crates frontend migrations public server style)

build_product() {
  if [[ -x dist/liantai ]] && [[ -z "$(find "${SOURCES[@]}" -newer dist/liantai -print -quit)" ]]; then
    note "dist/liantai is newer than every source"
    return
  fi
  step "build for release" build_release
}

# What the tests run: the page, and the server as the unit tests have built it, with checks of overflow and
# assertions in it. Building that a second time for release would take longer than all the tests.
build_tested() {
  export LIANTAI_BINARY="$CARGO_TARGET_DIR/debug/liantai"
  # As for the unit tests, whose dependencies have more features: otherwise all of it would be compiled once more.
  step "build the server" cargo test "${NATIVE[@]}" --no-run --quiet
}

# Not optimised across crates and not compressed, which behaves the same and takes half the time.
build_tested_page() {
  step "build the page" env CARGO_PROFILE_WASM_RELEASE_LTO=off CARGO_PROFILE_WASM_RELEASE_CODEGEN_UNITS=16 \
    cargo leptos build --release --frontend-only --split
}

build_release() {
  # Taken before the build, so that what is saved while it runs is built next time.
  local began
  began="$(mktemp)"
  cargo leptos build --release --split --precompress
  mkdir -p dist
  # Copied under another name first: the running server's file is replaced, not written into.
  # Line tables stay in the target folder, where a backtrace can be read with them; they are nine tenths of the file.
  strip --strip-debug -o dist/liantai.new "$CARGO_TARGET_DIR/release/liantai"
  touch -r "$began" dist/liantai.new
  mv dist/liantai.new dist/liantai
  rm "$began"
  bundle_sizes
}

# What a browser loads before the page is alive, over the wire.
bundle_sizes() {
  local kind files
  for kind in wasm js css; do
    files=(target/site/pkg/*."$kind".br)
    [[ ! -e "${files[0]}" ]] || printf '  %-4s %7.1f kB with Brotli\n' "$kind" "$(cat "${files[@]}" | wc -c | awk '{ print $1 / 1000 }')"
  done
  printf '  %-4s %7.1f MB\n' "dist/liantai" "$(wc -c <dist/liantai | awk '{ print $1 / 1000000 }')"
}
