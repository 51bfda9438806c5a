#!/usr/bin/env bash
# Runs a command with TEST_DATABASE_URL naming a PostgreSQL server that lives as long as it:
#
#     tests/with-postgres.sh cargo nextest run -p store
#
# The exit code is that of the command.
set -euo pipefail

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT…]" >&2
    exit 2
fi

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
if [ -z "$bin" ] && command -v initdb >/dev/null; then
    bin=$(dirname "$(command -v initdb)")
fi
if [ -z "$bin" ] || [ ! -x "$bin/initdb" ]; then
    echo "$0: PostgreSQL is not installed; on Debian: apt-get install postgresql" >&2
    exit 127
fi

# PostgreSQL refuses to run as root.
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
    as_owner=(runuser -u postgres --)
fi

# Not under TMPDIR: the path of a socket is at most 107 bytes long.
folder=$(mktemp -d /tmp/with-postgres.XXXXXX)
if [ "$(id -u)" -eq 0 ]; then
    chown postgres: "$folder"
fi
owner() { (cd "$folder" && "${as_owner[@]}" "$@"); }
server() { owner "$bin/pg_ctl" -D "$folder/data" -w -s "$@"; }
end() {
    server -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

password=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && printf '%s' "$password" >"$folder/password")
if [ "$(id -u)" -eq 0 ]; then
    chown postgres: "$folder/password"
fi
# Texts sort as in Danish, not by their bytes, so that tests notice where that matters.
owner "$bin/initdb" -D "$folder/data" --username=assay --pwfile="$folder/password" \
    --auth=password --encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=da-DK \
    >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; exit 1; }

# Connections may be encrypted; a test asks for it.
owner openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=localhost -keyout "$folder/key.pem" -out "$folder/certificate.pem" \
    >"$folder/openssl.log" 2>&1 ||
    { cat "$folder/openssl.log" >&2; exit 1; }
tls="-c ssl=on -c ssl_cert_file=$folder/certificate.pem -c ssl_key_file=$folder/key.pem"

for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    if server -l "$folder/data/log" -o "-p $port -k $folder -c listen_addresses=127.0.0.1 $tls" start; then
        export TEST_DATABASE_URL="postgres://assay:$password@127.0.0.1:$port/postgres"
        "$@" && code=0 || code=$?
        exit "$code"
    fi
done
cat "$folder/data/log" >&2
exit 1
