#!/usr/bin/env bash
# Every check, in the order in which they are cheap. Usage: tests/run.sh ENVIRONMENT/bin [lint|quick]
set -u
bin="$1"
failed=()
step() { local name="$1"; echo "── $name"; shift; "$@" || failed+=("$name"); }
step "ruff format" "$bin/ruff" format --check --quiet .
step "ruff" "$bin/ruff" check --quiet .
step "mypy" "$bin/mypy"
step "import-linter" "$bin/lint-imports" --no-cache
case "${2:-}" in
lint) ;;
quick) step "pytest" "$bin/pytest" -q -n 2 -m "not slow and not browser and not alone" ;;
*)
  step "pytest" "$bin/pytest" -q -n 2 -m "not alone"
  # JupyterLab, its kernel and a browser need both cores to answer a click in time.
  step "pytest, one at a time" "$bin/pytest" -q -m alone
  ;;
esac
if [ "${#failed[@]}" -gt 0 ]; then
  echo "Not passed: ${failed[*]}"
  exit 1
fi
