# shellcheck shell=bash
# What the machine needs. Every function looks first and installs only what is missing.

RUST_VERSION="$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)"
readonly RUST_VERSION
readonly CARGO_LEPTOS_VERSION=0.3.11
readonly BINARYEN_VERSION=132.0.0
readonly NEXTEST_VERSION=0.9.143
readonly MACHETE_VERSION=0.9.2
readonly DENY_VERSION=0.20.2
# The last one that runs on Node 20.
readonly LIGHTHOUSE_VERSION=12.8.2

[[ ! -d "$HOME/.cargo/bin" ]] || PATH="$HOME/.cargo/bin:$PATH"

setup_build() {
  setup_programs cc:build-essential node:nodejs npm:npm
  setup_rust
  setup_cargo_leptos
  setup_wasm_bindgen
  setup_wasm_opt
}

setup_lint() {
  have cargo-machete || cargo_tool cargo-machete "$MACHETE_VERSION" --locked
  have cargo-deny || cargo_tool cargo-deny "$DENY_VERSION" --locked
}

setup_services() {
  setup_programs redis-server:redis-server
  [[ -n "$(postgres_bin)" ]] || apt_install postgresql
  have cargo-nextest || cargo_tool cargo-nextest "$NEXTEST_VERSION" --locked
}

# What the gateway is loaded with and compared to. Debian keeps nginx out of PATH.
setup_load() {
  setup_programs wrk:wrk python3:python3
  PATH="$PATH:/usr/sbin" setup_programs nginx:nginx
}

# --- Debian's packages ---

# setup_programs PROGRAM:PACKAGE… — installs the packages of the programs that are missing.
setup_programs() {
  local pair missing=()
  for pair in "$@"; do
    have "${pair%%:*}" || missing+=("${pair##*:}")
  done
  ((${#missing[@]} == 0)) || apt_install "${missing[@]}"
}

apt_install() {
  have apt-get || die "missing: $*. Install them with this system's package manager, then run again."
  step "install $*" apt_install_now "$@"
}

apt_install_now() {
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@"
}

# --- Rust and its WASM target ---

# Rustup's toolchain where it can be had with the WASM target, else Debian's, whose WASM library is built here.
setup_rust() {
  if have rustup; then
    rust_is_new_enough || try_step "update Rust" rustup toolchain install stable --profile minimal -c clippy -c rustfmt
    rust_has_wasm || try_step "add Rust's WASM target" rustup target add wasm32-unknown-unknown
  fi
  if rust_is_new_enough && rust_has_wasm; then return; fi

  setup_debian_rust
  rust_is_new_enough || die "Rust $RUST_VERSION or newer is needed; found: $(rustc --version)"
  rust_has_wasm || step "build Rust's WASM library from Debian's sources (about a minute)" build_wasm_library
}

# A step that may fail, because there is another way.
try_step() {
  local title="$1"
  shift
  printf '\n▸ %s\n' "$title"
  "$@" || note "not possible here, trying another way: $title"
}

rust_is_new_enough() {
  local found
  found="$(rustc --version 2>/dev/null | cut -d' ' -f2)" && [[ -n "$found" ]] &&
    [[ "$(printf '%s\n' "$RUST_VERSION" "$found" | sort -V | head -1)" == "$RUST_VERSION" ]]
}

rust_has_wasm() {
  local library
  library="$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null)" &&
    compgen -G "$library/libstd-*.rlib" >/dev/null
}

setup_debian_rust() {
  if ! [[ -x /usr/bin/cargo-clippy && -x /usr/bin/rustfmt && -x /usr/bin/wasm-ld-22 && -d "$(debian_rust_sources)" ]]; then
    apt_install rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-22
  fi
  # Debian has no program by the name that Rust's target asks for.
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-22
  if have rustup; then
    rustup toolchain link system /usr
    export RUSTUP_TOOLCHAIN=system
  fi
}

debian_rust_sources() {
  local sources=(/usr/src/rustc-*/library)
  printf '%s' "${sources[-1]}"
}

build_wasm_library() {
  local work library
  work="$(mktemp -d)"
  library="$(rustc --print target-libdir --target wasm32-unknown-unknown)"
  cp -r "$(debian_rust_sources)" "$work/library"
  (
    cd "$work/library" || exit
    RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zforce-unstable-if-unmarked -Cembed-bitcode=yes" CARGO_TARGET_DIR="$work/target" \
      cargo build --release --target wasm32-unknown-unknown -p sysroot --features panic-unwind
  )
  as_root mkdir -p "$library"
  as_root cp "$work"/target/wasm32-unknown-unknown/release/deps/*.rlib "$library/"
  rm -rf "$work"
}

# --- Cargo's tools, each in a folder of its name and version ---

setup_cargo_leptos() {
  # Its own release profile takes an hour on two cores. A debug build takes five minutes and loses nothing where the
  # two crates that work hard, Brotli and Lightning CSS, are optimised. Its rust-version is newer than it needs.
  cargo_tool cargo-leptos "$CARGO_LEPTOS_VERSION" --locked --ignore-rust-version \
    --config profile.dev.package.brotli.opt-level=3 --config profile.dev.package.lightningcss.opt-level=1
}

setup_wasm_bindgen() {
  local version
  # The program and the crate must be of exactly one version. Its own lock file doesn't build, hence no --locked. Only what
  # works hard is optimised, and nothing is installed that runs tests.
  version="$(grep -A1 '^name = "wasm-bindgen"$' Cargo.lock | sed -n 's/^version = "\(.*\)"/\1/p')"
  cargo_tool wasm-bindgen-cli "$version" --bin wasm-bindgen --config profile.dev.package.walrus.opt-level=2 \
    --config profile.dev.package.wasmparser.opt-level=2 --config profile.dev.package.wasm-encoder.opt-level=2 \
    --config profile.dev.package.wasm-bindgen-cli-support.opt-level=1
}

# cargo_tool PACKAGE VERSION FLAG… — finds the tool in the cache or installs it there, and puts it first in PATH.
cargo_tool() {
  local package="$1" version="$2"
  local root="$CACHE/tools/${package%-cli}-$version"
  if [[ ! -x "$root/bin/${package%-cli}" ]]; then
    step "install $package $version" install_cargo_tool "$root" "$@"
  fi
  PATH="$root/bin:$PATH"
}

install_cargo_tool() {
  local root="$1" package="$2" version="$3"
  shift 3
  if have cargo-binstall && cargo binstall --no-confirm --disable-strategies compile --root "$root" "$package@$version"; then
    return
  fi
  env -u CARGO_TARGET_DIR cargo install "$package" --version "$version" --root "$root" --debug \
    --config profile.dev.debug=false --config profile.dev.incremental=false "$@"
}

setup_wasm_opt() {
  local root="$CACHE/tools/binaryen-$BINARYEN_VERSION"
  [[ -x "$root/node_modules/.bin/wasm-opt" ]] ||
    step "install wasm-opt (binaryen $BINARYEN_VERSION)" npm install --silent --no-save --prefix "$root" "binaryen@$BINARYEN_VERSION"
  PATH="$root/node_modules/.bin:$PATH"
}

# --- The browser and the official SDKs ---

setup_browser() {
  # The shell is the same browser without the windows around it, and needs two thirds of the time for the same tests.
  if [[ -z "${LIANTAI_CHROMIUM:-}" ]] && ! have chromium-headless-shell && wants_headless_shell; then
    apt_install chromium-headless-shell fonts-noto-cjk
  fi
  export LIANTAI_CHROMIUM="${LIANTAI_CHROMIUM:-$(command -v chromium-headless-shell || command -v chromium || command -v google-chrome || true)}"
  [[ -n "$LIANTAI_CHROMIUM" ]] || die "the browser tests need Chromium: install it, or name it in LIANTAI_CHROMIUM"
  setup_packages
}

# Where this system has it, or has no other browser.
wants_headless_shell() {
  apt-cache show chromium-headless-shell >/dev/null 2>&1 || ! { have chromium || have google-chrome; }
}

# The packages of the browser tests, and the official client for Node.
setup_packages() {
  if ! unchanged end2end/package-lock.json end2end/node_modules/.installed; then
    step "install the packages of the tests" env PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --prefix end2end
    cp end2end/package-lock.json end2end/node_modules/.installed
  fi
}

setup_lighthouse() {
  local root="$CACHE/tools/lighthouse-$LIGHTHOUSE_VERSION"
  export LIANTAI_LIGHTHOUSE="$root/node_modules/.bin/lighthouse"
  [[ -x "$LIANTAI_LIGHTHOUSE" ]] ||
    step "install Lighthouse $LIGHTHOUSE_VERSION" env PUPPETEER_SKIP_DOWNLOAD=1 npm install --silent --no-save --prefix "$root" "lighthouse@$LIGHTHOUSE_VERSION"
}

readonly SDK_VENV="$CACHE/tools/sdks"

setup_sdks() {
  python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3 python3-venv
  if ! unchanged end2end/sdk/requirements.txt "$SDK_VENV/.installed"; then
    step "install the official SDKs" install_sdks
    cp end2end/sdk/requirements.txt "$SDK_VENV/.installed"
  fi
  setup_packages
}

install_sdks() {
  python3 -m venv --clear "$SDK_VENV"
  "$SDK_VENV/bin/pip" install --quiet --disable-pip-version-check -r end2end/sdk/requirements.txt
}

# unchanged FILE COPY — whether the copy that was left after the last installation says the same.
unchanged() { cmp -s "$1" "$2"; }
