# Sourced by up, test and bench: makes .venv and installs what pyproject.toml asks for.
# `install WHAT...` is skipped when nothing changed since the last time.

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 1
venv="$root/.venv"

say() { printf '%s\n' "$*" >&2; }

find_python() {
  for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 python3 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  say "Showrunner needs Python 3.11 or newer; install it (Debian, Ubuntu: apt-get install python3 python3-venv) or name it: PYTHON=/path/to/python3.13 $0"
  exit 1
}

make_venv() {
  python=$(find_python) || exit 1
  [ -x "$venv/bin/python" ] && "$venv/bin/python" -c '' 2>/dev/null && return
  say "Making $venv ..."
  rm -rf "$venv"
  if ! "$python" -m venv "$venv"; then
    rm -rf "$venv"
    say "This Python cannot make virtual environments (Debian, Ubuntu: apt-get install python3-venv)."
    exit 1
  fi
}

# install NAME PIP-ARGUMENTS...: runs once for each state of pyproject.toml.
install() {
  name=$1
  shift
  make_venv
  stamp="$venv/.installed-$name"
  want=$(cksum <pyproject.toml)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && return
  say "Installing ($name); the first time takes up to a minute ..."
  # uv resolves and unpacks in a fraction of pip's time; pip brings it and stands in for it.
  if "$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'uv>=0.9' 2>/dev/null; then
    "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" "$@" || exit 1
  else
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check 'pip>=25.1' &&
      "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" || exit 1
  fi
  printf '%s\n' "$want" >"$stamp"
}
