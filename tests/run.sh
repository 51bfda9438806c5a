#!/bin/sh
# The whole test suite: formatting, lints, documentation, and every test on SQLite and
# PostgreSQL, with the reports checked by independent PDF/UA checkers and letters sent to an
# independent mail server.
#
# Installs what it lacks on Debian and Ubuntu when run as root (or with SUDO=sudo); otherwise
# names it.
set -eu
cd "$(dirname "$0")/.."

missing=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v pdftotext >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
command -v cc >/dev/null 2>&1 || missing="$missing build-essential"
python3 -c 'import ensurepip' >/dev/null 2>&1 || missing="$missing python3-venv"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v chromedriver >/dev/null 2>&1 || missing="$missing chromium-driver"
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] || [ -n "${SUDO:-}" ]; then
        ${SUDO:-} apt-get update
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive ${SUDO:-} apt-get install -y --no-install-recommends $missing
    else
        echo "Some packages are missing. Install them and run this again:" >&2
        echo "    sudo apt-get install -y$missing" >&2
        exit 2
    fi
fi

checkers="$PWD/target/checkers"
installed() { [ -x "$checkers/bin/aiosmtpd" ] && [ -x "$checkers/bin/pdfua" ] && [ -x "$checkers/bin/outloud" ]; }
if ! installed; then
    python3 -m venv "$checkers"
    "$checkers/bin/pip" install --quiet --disable-pip-version-check \
        --requirement tests/checkers.txt
fi
PDF_CHECKERS="$checkers/bin"
export PDF_CHECKERS

# Of this package only the script is wanted, not the browsers that it depends on.
axe() { find "$checkers/lib" -path '*/axe_playwright_python/axe.min.js'; }
if [ -z "$(axe)" ]; then
    "$checkers/bin/pip" install --quiet --disable-pip-version-check --no-deps \
        axe-playwright-python==0.1.8
fi
AXE=$(axe)
export AXE

cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- --deny warnings
RUSTDOCFLAGS="--deny warnings --allow rustdoc::private-intra-doc-links" cargo doc --workspace --no-deps --document-private-items --locked
INSTA_UPDATE=no tests/with-postgres.sh cargo test --workspace --locked
