#!/bin/sh
# Installs RabbitMQ for the course: where apt is, without root, by unpacking into the folder .rabbitmq beside this one;
# with Homebrew otherwise. Starts nothing, and leaves no service that would start by itself.
set -eu
cd "$(dirname "$0")/.."
here=$PWD/.rabbitmq

say() { echo "RabbitMQ: $*" >&2; }

# Where backstage/brokers/rabbitmq.py looks as well.
for folder in "$here/usr/lib/rabbitmq/bin" /usr/lib/rabbitmq/bin /opt/homebrew/opt/rabbitmq/sbin \
    /usr/local/opt/rabbitmq/sbin /opt/rabbitmq/sbin; do
    found=${found:-$(PATH=$folder command -v rabbitmq-server || true)}
done
found=${found:-$(command -v rabbitmq-server || true)}
if [ -n "$found" ]; then
    say "is there already: $found"
    exit
fi

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    if command -v brew >/dev/null; then
        exec brew install rabbitmq # which starts no service
    fi
    say 'there is neither apt nor Homebrew here. Install the package rabbitmq-server as your system does;' \
        'there is no need to start or enable its service, for the course runs a node of its own.' \
        'Or go without: the course has a small broker of its own.'
    exit 1
fi

work=$PWD/.rabbitmq.new
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/packages" "$work/tree"

# apt with a cache of our own, so that it needs no root.
ours() {
    program=$1
    shift
    LC_ALL=C "$program" -qq -o Dir::Cache="$work/apt/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User= \
        -o Acquire::Retries=2 -o Acquire::http::Timeout=30 "$@"
}

# Download RabbitMQ and Erlang, whether or not parts of Erlang are installed: their versions must fit each other.
download() {
    names=$(ours apt-get "$@" -s -o Dir::State::status=/dev/null install --no-install-recommends rabbitmq-server |
        sed -nE 's/^Inst (rabbitmq-server|erlang-[^ ]+) .*/\1/p')
    [ -n "$names" ] || return 1
    # shellcheck disable=SC2086 # one word each
    (cd "$work/packages" && ours apt-get "$@" download $names >/dev/null)
}

say 'downloads 30 MB ...'
if ! download 2>"$work/first_try"; then # apt's lists are missing, or too old
    lists=Dir::State::lists=$work/apt/lists
    if ! { ours apt-get -o "$lists" update >/dev/null && download -o "$lists"; }; then
        say 'cannot be downloaded; what apt said is above. Without it the course uses a small broker of its own.'
        exit 1
    fi
fi

for package in "$work"/packages/*.deb; do
    dpkg-deb -x "$package" "$work/tree"
done
# Erlang is built for /usr/lib: let it find itself instead. Of the script that starts it there are two; with the second,
# RabbitMQ 4 asks the other nodes of a cluster what they are.
for erl in "$work"/tree/usr/lib/erlang/erts-*/bin/erl "$work/tree/usr/lib/erlang/bin/erl"; do
    case $erl in
    */erts-*) root=../.. ;;
    *) root=.. ;;
    esac
    sed -i "s|ROOTDIR=/usr/lib/erlang|ROOTDIR=\$(cd \"\$(dirname \"\$(readlink -f \"\$0\")\")/$root\" \\&\\& pwd)|" "$erl"
done
if ! HOME=$work "$erl" -noshell -eval 'halt().' >&2; then
    say 'is unpacked, but its Erlang does not run here; what it said is above.'
    exit 1
fi
rm -rf "$here"
mv "$work/tree" "$here"
say "is in $here"
