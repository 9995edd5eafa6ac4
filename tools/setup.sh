# Sourced by ./run and ./test: a virtual environment in .venv with exactly the pinned packages.
# POSIX sh; expects $root, the folder of the checkout. A second call with nothing to do costs a few milliseconds.

python="$root/.venv/bin/python"

stop() {
    printf '%s\n' "$*" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# A stamp holds the checksum of the requirement file that was installed last.
checksum() { # FILE
    (cd "$root" && cksum "$1")
}

is_installed() { # FILE
    [ -f "$root/.venv/$1.stamp" ] && [ "$(cat "$root/.venv/$1.stamp")" = "$(checksum "$1")" ]
}

mark_installed() { # FILE
    checksum "$1" >"$root/.venv/$1.stamp"
}

make_environment() {
    base=${PYTHON:-python3}
    command -v "$base" >/dev/null 2>&1 ||
        stop "Python 3.11 or newer is needed: apt-get install -y python3 python3-venv"
    is_new_enough "$base" ||
        stop "Python 3.11 or newer is needed; $base is $("$base" -V 2>&1). Name another with PYTHON=..."
    "$base" -c 'import ensurepip, venv' 2>/dev/null ||
        stop "Python's venv module is missing: apt-get install -y python3-venv"
    printf 'Creating .venv with %s\n' "$("$base" -V 2>&1)"
    "$base" -m venv --clear "$root/.venv" || stop "The virtual environment could not be created."
}

# Shows one line for each package; everything pip says is kept for the case of a failure. Python compiles what it
# imports by itself, which is a fraction of what pip would: 50 MB less.
install_packages() { # FILE
    total=$(grep -c '^[a-z].*==' "$root/$1")
    log="$root/.venv/install.log"
    printf 'Installing the packages of %s (up to %s; under a minute)\n' "$1" "$total"
    {
        "$python" -m pip install --disable-pip-version-check --no-input --no-compile --progress-bar off \
            --require-hashes -r "$root/$1" 2>&1 || echo "install-failed"
    } | tee "$log" | {
        count=0
        while read -r word name _; do
            case $word in
            Collecting | Processing)
                count=$((count + 1))
                printf '  %s of %s  %s\n' "$count" "$total" "${name##*/}"
                ;;
            esac
        done
    }
    if grep -q '^install-failed$' "$log"; then
        grep -i 'error' "$log" >&2
        stop "The packages could not be installed; all of pip's words are in $log"
    fi
}

# The package runs from the checkout: a path entry and a command, without building anything.
link_package() {
    for site in "$root"/.venv/lib/python3*/site-packages; do
        link="$site/permitflow.pth"
        if [ ! -f "$link" ] || [ "$(cat "$link")" != "$root" ]; then
            printf '%s\n' "$root" >"$link"
        fi
    done
    launcher="$root/.venv/bin/permitflow"
    if ! cmp -s "$root/tools/launcher" "$launcher"; then
        cp "$root/tools/launcher" "$launcher" && chmod 755 "$launcher"
    fi
}

set_up() { # FILE
    if [ ! -x "$python" ] || ! is_new_enough "$python"; then
        make_environment
    fi
    if ! is_installed "$1"; then
        "$python" -m pip --version >/dev/null 2>&1 || make_environment
        rm -f "$root"/.venv/*.stamp
        install_packages "$1"
        mark_installed "$1"
        # The file for tests holds every pin of requirements.txt too: ./run has nothing left to install.
        mark_installed requirements.txt
    fi
    link_package
}
